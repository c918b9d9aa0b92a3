package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.FolderNames;
import io.modelsplitter.error.BadInputException;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchivesTest {
  @TempDir Path folder;

  private interface Content {
    void write(TarArchiveOutputStream tar) throws IOException;
  }

  private Path archive(Content content) throws IOException {
    Path archive = folder.resolve("a.tar.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(archive));
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      content.write(tar);
    }
    return archive;
  }

  private static void file(TarArchiveOutputStream tar, String name, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, true);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void assertRefused(String part, Path archive) throws IOException {
    List<String> before = FolderNames.of(folder);
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> Archives.extract(archive, folder.resolve("out")));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e::getMessage);
    assertEquals(before, FolderNames.of(folder), "something was left behind");
    e = assertThrows(BadInputException.class, () -> Archives.visit(archive, (path, file) -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains(part), e.getMessage());
    assertEquals(before, FolderNames.of(folder));
  }

  @Test
  void extract_filesAndFolders() throws IOException {
    Path archive =
        archive(
            tar -> {
              tar.putArchiveEntry(new TarArchiveEntry("gpt2/"));
              tar.closeArchiveEntry();
              file(tar, "gpt2/config.json", text("{}"));
              file(tar, "./gpt2/deep/er/x", text("x"));
            });
    Archives.extract(archive, folder.resolve("out"));
    assertEquals("{}", Files.readString(folder.resolve("out/gpt2/config.json")));
    assertEquals("x", Files.readString(folder.resolve("out/gpt2/deep/er/x")));
    assertEquals(List.of("a.tar.gz", "out"), FolderNames.of(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/../../x", "/etc/x", "a/..", ".."})
  void extract_pathThatLeadsOut_isRefused(String name) throws IOException {
    assertRefused("leads out", archive(tar -> file(tar, name, text("x"))));
  }

  @Test
  void extract_links_areRefused() throws IOException {
    for (byte kind :
        new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_CHR}) {
      Path archive =
          archive(
              tar -> {
                TarArchiveEntry entry = new TarArchiveEntry("evil", kind);
                entry.setLinkName("/etc/passwd");
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
              });
      assertRefused("no plain file", archive);
    }
  }

  @Test
  void extract_bomb_isRefused() throws IOException {
    byte[] zeros = new byte[1 << 20];
    Path archive =
        archive(
            tar -> {
              TarArchiveEntry entry = new TarArchiveEntry("zeros");
              entry.setSize(100L << 20);
              tar.putArchiveEntry(entry);
              for (int i = 0; i < 100; i++) {
                tar.write(zeros);
              }
              tar.closeArchiveEntry();
            });
    assertRefused("times its size", archive);
  }

  @Test
  void extract_nameThatFillsTheMemory_isRefused() throws IOException {
    byte[] name = new byte[2 << 20];
    assertRefused("belong to no file", archive(tar -> entry(tar, 'L', name)));
    byte[] comment = text("2000024 comment=" + "c".repeat(2_000_007) + "\n");
    assertRefused("belong to no file", archive(tar -> entry(tar, 'x', comment)));
  }

  private static void entry(TarArchiveOutputStream tar, char kind, byte[] content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry("x", (byte) kind);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
    file(tar, "y", text("y"));
  }

  @Test
  void extract_sameFileTwice_isRefused() throws IOException {
    assertRefused(
        "twice",
        archive(
            tar -> {
              file(tar, "x", text("1"));
              file(tar, "./x", text("2"));
            }));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a a/b", "a/b a", "a/b/c a", "a a/", "a/ a", "a a/b/c", "a/b.c a/b/ a"})
  void extract_fileThatIsAFolder_isRefused(String names) throws IOException {
    Path archive =
        archive(
            tar -> {
              for (String name : names.split(" ", -1)) {
                file(tar, name, name.endsWith("/") ? new byte[0] : text("x"));
              }
            });
    assertRefused("a.tar.gz holds", archive);
  }

  @Test
  void extract_namesThatAreAlike_areTwoFiles() throws IOException {
    Path archive =
        archive(
            tar -> {
              for (String name : List.of("a/b", "a.b", "a0", "ab/c", "a/", "ab/")) {
                file(tar, name, name.endsWith("/") ? new byte[0] : text(name));
              }
            });
    Archives.extract(archive, folder.resolve("out"));
    assertEquals("ab/c", Files.readString(folder.resolve("out/ab/c")));
    assertEquals("a.b", Files.readString(folder.resolve("out/a.b")));
  }

  @Test
  void extract_cutOff_isRefused() throws IOException {
    Path whole = archive(tar -> file(tar, "x", new byte[100_000]));
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, bytes.length / 2));
    assertRefused("cut off", whole);
  }

  @Test
  void extract_whatIsNoArchive_isRefused() throws IOException {
    assertRefused("damaged", Files.writeString(folder.resolve("b.tar.gz"), "<html>404</html>"));
    Files.delete(folder.resolve("b.tar.gz"));
    assertRefused("damaged", Files.write(folder.resolve("c.tar"), text("x".repeat(2000))));
  }

  private interface ZipContent {
    void write(ZipArchiveOutputStream zip) throws IOException;
  }

  private Path zip(ZipContent content) throws IOException {
    Path archive = folder.resolve("a.zip");
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
      content.write(zip);
    }
    return archive;
  }

  private static void entry(ZipArchiveOutputStream zip, String name, int mode, byte[] content)
      throws IOException {
    ZipArchiveEntry entry = new ZipArchiveEntry(name);
    entry.setUnixMode(mode);
    zip.putArchiveEntry(entry);
    zip.write(content);
    zip.closeArchiveEntry();
  }

  @Test
  void extract_zip() throws IOException {
    Path archive =
        zip(
            zip -> {
              zip.putArchiveEntry(new ZipArchiveEntry("gpt2/"));
              zip.closeArchiveEntry();
              entry(zip, "gpt2/config.json", 0100644, text("{}"));
              entry(zip, "gpt2/deep/er/x", 0, text("x"));
            });
    Archives.extract(archive, folder.resolve("out"));
    assertEquals("{}", Files.readString(folder.resolve("out/gpt2/config.json")));
    assertEquals("x", Files.readString(folder.resolve("out/gpt2/deep/er/x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/../../x", "/etc/x", "a/..", "..", "..\\x"})
  void extract_zipPathThatLeadsOut_isRefused(String name) throws IOException {
    assertRefused("leads out", zip(zip -> entry(zip, name, 0, text("x"))));
  }

  @Test
  void extract_zipOfLinksBombsAndTwins_isRefused() throws IOException {
    assertRefused("no plain file", zip(zip -> entry(zip, "evil", 0120777, text("/etc/passwd"))));
    assertRefused("times its size", zip(zip -> entry(zip, "zeros", 0, new byte[100 << 20])));
    assertRefused(
        "twice",
        zip(
            zip -> {
              entry(zip, "x", 0, text("1"));
              entry(zip, "./x", 0, text("2"));
            }));
    Path archive = zip(zip -> entry(zip, "x", 0, new byte[1_000]));
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> Archives.extract(archive, folder.resolve("out"), 999));
    assertTrue(String.valueOf(e.getMessage()).contains("999"), e::getMessage);
  }

  @Test
  void extract_zipWhoseDirectoryBeginsElsewhere_isRefused() throws IOException {
    Path archive = folder.resolve("a.zip");
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
      zip.setUseZip64(Zip64Mode.Always);
      zip.setLevel(0);
      entry(zip, "x", 0, new byte[17 << 20]);
    }
    byte[] bytes = Files.readAllBytes(archive);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int end = bytes.length - 8;
    while (buffer.getInt(end) != 0x06064b50) {
      end--;
    }
    buffer.putLong(end + 48, 0); // and still few bytes, so it says
    Files.write(archive, bytes);
    assertRefused("its central directory has", archive);
  }

  @Test
  void extract_zipThatIsDamaged_isRefused() throws IOException {
    Path archive = zip(zip -> entry(zip, "gpt2/model", 0100644, new byte[5_000]));
    byte[] whole = Files.readAllBytes(archive);
    for (int length : List.of(0, 10, whole.length / 2, whole.length - 1)) {
      Files.write(archive, Arrays.copyOf(whole, length));
      assertRefused("damaged", archive);
    }
    byte[] flipped = whole.clone();
    flipped[60] ^= 1;
    Files.write(archive, flipped);
    assertRefused("damaged", archive);
    byte[] large = whole.clone();
    large[whole.length - 22 + 15] = 0x70; // a central directory of two gigabytes
    Files.write(archive, large);
    assertRefused("central directory", archive);
  }

  @Test
  void visit_file_isReadForwardsAndAsFarAsItsEnd() throws IOException {
    Path archive =
        archive(
            tar -> {
              file(tar, "m/first", text("0123456789"));
              file(tar, "m/second", text("abc"));
            });
    List<String> found = new ArrayList<>();
    Archives.visit(
        archive,
        (path, file) -> {
          ByteBuffer two = ByteBuffer.allocate(2);
          try (ByteReader reader = file.open(1, 3)) {
            reader.read(two);
          }
          found.add(path + " " + file.size() + " " + StandardCharsets.UTF_8.decode(two.flip()));
          assertThrows(IOException.class, () -> file.open(0, 1).close());
          assertThrows(
              EOFException.class,
              () -> file.open(3, 99).read(ByteBuffer.allocate((int) file.size())));
        });
    assertEquals(List.of("m/first 10 12", "m/second 3 bc"), found);
  }

  @Test
  void extract_fileThatIsAFolder_isRefused() throws IOException {
    Path archive =
        archive(
            tar -> {
              file(tar, "a", text("a"));
              file(tar, "a/b", text("b"));
            });
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> Archives.extract(archive, folder.resolve("out")));
    assertTrue(String.valueOf(e.getMessage()).contains("holds a/b"), e::getMessage);
    assertEquals(List.of("a.tar.gz"), FolderNames.of(folder));
  }

  @Test
  void visit_pathsThatFillTheMemory_areRefused() throws IOException {
    assertRefused("too long", archive(tar -> file(tar, "a/".repeat(600) + "x", text("x"))));
    Path archive =
        archive(
            tar -> {
              for (int i = 0; i < 9_000; i++) {
                file(tar, ("a".repeat(199) + "/").repeat(5) + i, text("x"));
              }
            });
    BadInputException e =
        assertThrows(BadInputException.class, () -> Archives.visit(archive, (path, file) -> {}));
    assertTrue(String.valueOf(e.getMessage()).contains("too long"), e::getMessage);
  }
}
