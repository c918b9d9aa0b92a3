package io.modelsplitter.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hashes as {@code md5sum} and {@code sha256sum} print them. */
class HashCommandTest {
  /** RFC 1321 and FIPS 180-2 have them. */
  private static final String MD5_OF_ABC = "900150983cd24fb0d6963f7d28e17f72";

  private static final String SHA256_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;

  private Path file(String name) throws IOException {
    return Files.writeString(folder.resolve(name), "abc");
  }

  @Test
  void hash_aFile_isItsMd5() throws IOException {
    Path file = file("a b");
    ToolRun run = ToolRun.of("hash", file.toString());
    assertEquals(new ToolRun(0, MD5_OF_ABC + "  " + file + "\n", ""), run);
  }

  @Test
  void hash_aLargeFile_saysHowFarItIsUnlessItIsToBeQuiet() throws IOException {
    Path file = folder.resolve("large");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(100_000_000);
    }
    ToolRun run = ToolRun.of("hash", file.toString());
    assertEquals("0f86d7c5a6180cf9584c1d21144d85b0  " + file + "\n", run.output());
    assertTrue(run.errors().startsWith("hashing large, 100.0 MB\n"), run::errors);
    assertTrue(run.errors().contains("\nhashed large, 100.0 MB, in "), run::errors);
    assertEquals(new ToolRun(0, run.output(), ""), ToolRun.of("hash", "--quiet", file.toString()));
  }

  @Test
  void hash_whenInterrupted_saysItOnceAndStops() throws IOException {
    String file = file("a").toString();
    Thread.currentThread().interrupt(); // as Ctrl-C does
    ToolRun run = ToolRun.of("hash", file, file, file);
    assertTrue(Thread.interrupted());
    assertEquals(new ToolRun(130, "", "model-splitter: interrupted\n"), run);
  }

  @Test
  void hash_sha256_isThat() throws IOException {
    Path file = file("@a"); // which is no file of arguments
    ToolRun run = ToolRun.of("hash", "--sha256", file.toString());
    assertEquals(new ToolRun(0, SHA256_OF_ABC + "  " + file + "\n", ""), run);
  }

  @Test
  void hash_namesThatNeedEscapes_areReadByMd5sum() throws Exception {
    List<Path> files = List.of(file("a\nb"), file("a\\b"), file("a\rb"), file("plain"));
    ToolRun run =
        ToolRun.of(
            "hash", files.get(0) + "", files.get(1) + "", files.get(2) + "", files.get(3) + "");
    assertEquals(4, run.output().lines().count(), run::output);
    assertEquals(3, run.lines().stream().filter(it -> it.startsWith("\\")).count());
    Path list = Files.writeString(folder.resolve("list"), run.output(), StandardCharsets.UTF_8);
    Process md5sum;
    try {
      md5sum = new ProcessBuilder("md5sum", "--strict", "-c", list.toString()).start();
    } catch (IOException e) {
      Assumptions.abort("md5sum is not here");
      return;
    }
    String said = new String(md5sum.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, md5sum.waitFor(), said);
  }

  @Test
  void hash_whatCannotBeHashed_isSaidAndTheOthersAre() throws IOException {
    Path file = file("x");
    ToolRun run =
        ToolRun.of("hash", folder.toString(), file.toString(), folder.resolve("no").toString());
    assertEquals(64, run.exitCode());
    assertEquals(MD5_OF_ABC + "  " + file + "\n", run.output());
    assertEquals(
        List.of(
            "model-splitter: " + folder + " is a folder; give the files in it",
            "model-splitter: there is no file " + folder.resolve("no")),
        run.errors().lines().toList());
  }

  @Test
  void hash_withoutAFile_saysWhatIsMissing() {
    ToolRun run = ToolRun.of("hash");
    assertEquals(64, run.exitCode());
    assertTrue(run.errors().contains("FILE"), run::errors);
    assertTrue(run.errors().endsWith("Try 'model-splitter hash --help'.\n"), run::errors);
  }
}
