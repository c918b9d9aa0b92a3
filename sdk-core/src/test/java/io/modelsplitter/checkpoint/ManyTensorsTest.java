package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * As many tensors as a checkpoint may have are split and merged in the heap of a small container.
 */
@NullUnmarked
class ManyTensorsTest {
  private static final int LAYERS = 96;
  private static final int EXPERTS = 344;

  @TempDir Path folder = Path.of("");

  @Test
  void splitAndMerge_aHundredThousandTensors_needAHeapOf64Megabytes() throws Exception {
    TestModels.mixtral(new TestModels.Size(LAYERS, 4, 2, 1, 2, 3), EXPERTS).write(folder, 5);
    assertEquals("99747 tensors", inProcess("split").strip());
    assertEquals("done", inProcess("merge").strip());
    assertEquals(
        digest(folder.resolve("model.safetensors")), digest(folder.resolve("merged.safetensors")));
  }

  private static Object digest(Path file) throws IOException {
    Checkpoint checkpoint = Checkpoint.open(file);
    return ShardWriter.of(checkpoint)
        .digest(checkpoint.tensors().values().stream().map(TensorPart::whole).toList());
  }

  private String inProcess(String what) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                ManyTensorsTest.class.getName(),
                what,
                folder.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .replaceAll("SLF4J.*\\R", "");
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  /** Splits or merges what is in a folder. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    Path plan = folder.resolve("plan.json");
    Path parts = folder.resolve("parts");
    if (args[0].equals("split")) {
      split(folder, plan, parts);
      return;
    }
    List<PartFile> files = new ArrayList<>();
    for (int rank = 0; rank < 4; rank++) {
      files.add(new PartFile(rank, parts.resolve("rank-" + rank + ".safetensors"), ""));
    }
    new CheckpointMerge().merge(plan, files, folder.resolve("merged.safetensors"));
    System.out.println("done");
  }

  private static void split(Path folder, Path plan, Path parts) throws IOException {
    SplitPlan split = SplitPlan.pipeline(Checkpoint.open(folder), 4);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(plan))) {
      split.writeJson(out);
    }
    int tensors = 0;
    for (ShardFile file :
        new CheckpointSplitter().split(split, split.shards(Granularity.RANK), parts)) {
      tensors +=
          (Integer)
              new LinkedHashMap<>(ShardMetadata.of(split, file.shard(), file.digests()))
                  .get("tensors");
    }
    System.out.println(tensors + " tensors");
  }
}
