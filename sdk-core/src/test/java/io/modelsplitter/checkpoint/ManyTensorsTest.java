package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.ChildJava;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * As many tensors as a checkpoint may have are split and merged in the heap of a small container.
 */
@NullUnmarked
@Timeout(
    value = 300,
    threadMode = ThreadMode.SEPARATE_THREAD) // no read of a pipe hears an interrupt
class ManyTensorsTest {
  private static final int LAYERS = 96;
  private static final int EXPERTS = 344;

  @TempDir Path folder = Path.of("");

  private ChildJava child;

  @AfterEach
  void endProcess() {
    if (child != null) {
      child.close();
    }
  }

  @Test
  void splitAndMerge_aHundredThousandTensors_needAHeapOf64Megabytes() throws Exception {
    TestModels.mixtral(new TestModels.Size(LAYERS, 4, 2, 1, 2, 3), EXPERTS).write(folder, 5);
    assertEquals("99747 tensors", inProcess("split"));
    assertEquals("done", inProcess("merge"));
    assertEquals(
        digest(folder.resolve("model.safetensors")), digest(folder.resolve("merged.safetensors")));
  }

  private static Object digest(Path file) throws IOException {
    Checkpoint checkpoint = Checkpoint.open(file);
    return ShardWriter.of(checkpoint)
        .digest(checkpoint.tensors().values().stream().map(TensorPart::whole).toList());
  }

  private String inProcess(String what) throws Exception {
    child =
        ChildJava.start(
            ChildJava.command(
                ManyTensorsTest.class,
                List.of("-Xmx64m", "-XX:+UseSerialGC"),
                what,
                folder.toString()),
            Map.of(),
            folder.resolve("errors"));
    return child.output().strip();
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
