"""Checks what was published, and what a project gets that depends on it."""

import json
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree
import zipfile

GROUP = "io.modelsplitter"
MODULES = {
    "model-splitter-sdk-core": "io.modelsplitter.sdk.core",
    "model-splitter-sdk-storage": "io.modelsplitter.sdk.storage",
    "model-splitter-registry-embedded": "io.modelsplitter.registry.embedded",
    "model-splitter-registry-http": "io.modelsplitter.registry.http",
}
BOM = "model-splitter-bom"
MORE = {
    "model-splitter-sdk-core": ["-tests.jar"],
    "model-splitter-registry-http": ["-server.jar"],
}
CHECKSUMS = (".md5", ".sha1")
OPTIONAL = {"org.postgresql:postgresql", "io.kubernetes:client-java"}
DATABASE = ("com.h2database:", "com.zaxxer:", "org.jdbi:", "org.flywaydb:", "org.postgresql:")
SERVER = ("io.javalin:", "io.kubernetes:", "org.eclipse.jetty")

problems = []


def expect(condition, problem):
    if not condition:
        problems.append(problem)


class Pom:
    def __init__(self, file):
        self.file = file
        self.text = file.read_text(encoding="UTF-8")
        self.root = xml.etree.ElementTree.fromstring(re.sub(r'\sxmlns="[^"]+"', "", self.text, 1))

    def dependencies(self):
        return {
            f"{d.findtext('groupId')}:{d.findtext('artifactId')}": d
            for d in self.root.findall("dependencies/dependency")
        }

    def check(self):
        name = self.file.name
        for path in ("name", "description", "url", "licenses/license/url", "developers/developer/name",
                     "scm/url", "scm/connection"):
            expect((self.root.findtext(path) or "").strip(), f"{name} has no {path}")
        for path in ("parent", "build", "profiles", "properties", "repositories"):
            expect(self.root.find(path) is None, f"{name} still has {path}")
        expect("SNAPSHOT" not in self.text, f"{name} names a snapshot")
        expect("${" not in self.text, f"{name} has a property that only we know")
        for key, dependency in self.dependencies().items():
            expect(dependency.findtext("version"), f"{name} has no version of {key}")
            expect(dependency.findtext("scope") != "test", f"{name} has {key}, which is for tests")
            optional = dependency.findtext("optional") == "true"
            expect(optional or key not in OPTIONAL, f"{name} makes {key} no option")
            if key in ("io.minio:minio", "io.kubernetes:client-java"):
                left_out = [e.findtext("artifactId") for e in dependency.findall("exclusions/exclusion")]
                expect("okhttp" in left_out, f"{name} lets {key} bring a second okhttp")


def check_bom(pom, version):
    managed = {
        d.findtext("artifactId"): d.findtext("version")
        for d in pom.root.findall("dependencyManagement/dependencies/dependency")
    }
    expect(managed == {m: version for m in MODULES}, f"the BOM has {managed}")
    expect(not pom.dependencies(), "the BOM has dependencies")


def packages(jar, name, version):
    """The packages of a jar, as Java sees it on the module path."""
    answer = subprocess.run(
        ["jar", "--describe-module", f"--file={jar}"], check=True, capture_output=True, text=True
    ).stdout
    expect(f"\n{name}@{version} automatic\n" in answer, f"{jar.name} is not the module {name}: {answer}")
    return re.findall(r"^contains (\S+)$", answer, re.MULTILINE)


def check_documentation(prefix, name):
    with zipfile.ZipFile(f"{prefix}.jar") as file:
        classes = {n[:-6] for n in file.namelist() if n.endswith(".class") and "$" not in n}
    with zipfile.ZipFile(f"{prefix}-sources.jar") as file:
        sources = {n[:-5] for n in file.namelist() if n.endswith(".java")}
    with zipfile.ZipFile(f"{prefix}-javadoc.jar") as file:
        pages = set(file.namelist())
    undeclared = {c for c in classes - sources if not c.endswith("package-info")}
    # A file may declare more classes than the one that it is named after.
    expect(len(undeclared) * 10 < len(classes), f"no sources of {name}: {sorted(undeclared)}")
    for source in sources:
        if source.endswith("package-info"):
            page = source.replace("package-info", "package-summary") + ".html"
            expect(f"{MODULES[name]}/{page}" in pages, f"the Javadoc of {name} has no {page}")
    expect("index.html" in pages, f"the Javadoc of {name} has no index.html")


def check_sbom(file, pom):
    sbom = json.loads(file.read_text(encoding="UTF-8"))
    expect(sbom["bomFormat"] == "CycloneDX", f"{file.name} is no CycloneDX SBOM")
    known = {c["bom-ref"]: c for c in sbom["components"]}
    graph = {d["ref"]: d.get("dependsOn", []) for d in sbom["dependencies"]}
    direct = set()
    for reference in graph[sbom["metadata"]["component"]["bom-ref"]]:
        component = known[reference]
        direct.add(f"{component['group']}:{component['name']}:{component['version']}")
        expect(component.get("purl"), f"{file.name}: {reference} has no purl")
    wanted = {
        f"{key}:{dependency.findtext('version')}"
        for key, dependency in pom.dependencies().items()
        if dependency.findtext("scope") != "provided"
    }
    expect(direct == wanted, f"{file.name} has {sorted(direct)}, the POM {sorted(wanted)}")
    for component in sbom["components"]:
        expect(component.get("hashes"), f"{file.name}: {component['bom-ref']} has no hashes")


def check_files(repository, version):
    repository = pathlib.Path(repository)
    names = {f.name for f in repository.iterdir()}
    expect(names == {BOM, *MODULES}, f"published are {sorted(names)}")
    owner = {}
    for module in (BOM, *MODULES):
        folder = repository / module / version
        prefix = folder / f"{module}-{version}"
        wanted = {f"{prefix.name}.pom"}
        if module in MODULES:
            ends = [".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json", *MORE.get(module, [])]
            wanted |= {prefix.name + end for end in ends}
        found = {f.name for f in folder.iterdir() if f.suffix not in CHECKSUMS}
        expect(found == wanted, f"{module} has {sorted(found)}")
        pom = Pom(folder / f"{prefix.name}.pom")
        pom.check()
        if module == BOM:
            check_bom(pom, version)
            continue
        for package in packages(pathlib.Path(f"{prefix}.jar"), MODULES[module], version):
            expect(package not in owner, f"{package} is split: {owner.get(package)} and {module}")
            owner[package] = module
        check_documentation(prefix, module)
        check_sbom(pathlib.Path(f"{prefix}-cyclonedx.json"), pom)
    server = repository.glob(f"*/{version}/*-server.jar")
    subprocess.run(["java", "-jar", next(server), "--help"], check=True, stdout=subprocess.DEVNULL)
    print(f"{len(MODULES)} modules and the BOM, {len(owner)} packages")


def check_tree(file):
    """What a project has that compiles against sdk-core and sdk-storage, and tests with the rest."""
    artifacts = re.findall(r"([\w.-]+:[\w.-]+):jar:(?:[\w.-]+:)?([\w.-]+):(\w+)", pathlib.Path(file).read_text())
    compiled = {key for key, _, scope in artifacts if scope in ("compile", "runtime")}
    everything = {key for key, _, _ in artifacts}
    for wanted in (f"{GROUP}:model-splitter-sdk-core", "com.squareup.okhttp3:okhttp-jvm"):
        expect(wanted in compiled, f"{wanted} is not in the tree: {sorted(compiled)}")
    expect("com.h2database:h2" in everything, "the tests have no database")
    for key in sorted(compiled):
        expect(not key.startswith(DATABASE + SERVER), f"the SDK brings {key}")
    for key in sorted(OPTIONAL | {"com.squareup.okhttp3:okhttp"}):
        expect(key not in everything, f"the tree has {key}")
    versions = {v for key, v, _ in artifacts if key.startswith(f"{GROUP}:")}
    expect(len(versions) == 1, f"the modules have the versions {versions}")
    print(f"{len(compiled)} artifacts to compile with, {len(everything)} in all")


{"files": check_files, "tree": check_tree}[sys.argv[1]](*sys.argv[2:])
if problems:
    sys.exit("\n".join(problems))
