"""Compares two repositories byte for byte, and says which entries of an archive differ."""

import pathlib
import sys
import zipfile


def files(repository):
    # maven-metadata.xml is the repository's own and says when it was last changed.
    return {
        str(file.relative_to(repository)): file
        for file in sorted(pathlib.Path(repository).rglob("*"))
        if file.is_file()
        and not file.name.startswith("maven-metadata.xml")
        and file.suffix not in (".md5", ".sha1")
    }


def entries(archive):
    with zipfile.ZipFile(archive) as file:
        return {
            entry.filename: {
                "content": file.read(entry),
                "time": entry.date_time,
                "mode": entry.external_attr,
            }
            for entry in file.infolist()
        }


def differences(one, other):
    if one.suffix != ".jar":
        return ["its content"]
    first, second = entries(one), entries(other)
    found = []
    for name in sorted(first.keys() | second.keys()):
        if name not in first or name not in second:
            found.append(f"{name} is in one only")
            continue
        found += [f"{what} of {name}" for what in first[name] if first[name][what] != second[name][what]]
    return (found or ["the order or packing of its entries"])[:20]


def main(one, other):
    first, second = files(one), files(other)
    bad = []
    for name in sorted(first.keys() | second.keys()):
        if name not in first or name not in second:
            bad.append(f"{name} was published only once")
        elif first[name].read_bytes() != second[name].read_bytes():
            bad += [f"{name}: {what}" for what in differences(first[name], second[name])]
    if not first:
        bad.append(f"nothing was published to {one}")
    if bad:
        sys.exit("not the same bytes:\n  " + "\n  ".join(bad))
    print(f"{len(first)} files, the same bytes")


main(*sys.argv[1:])
