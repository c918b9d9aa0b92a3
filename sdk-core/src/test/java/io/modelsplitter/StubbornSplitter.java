package io.modelsplitter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A splitter in a process of its own that is to be ended; {@code model_name} says how it behaves.
 */
public record StubbornSplitter(Context context) implements ModelSplitter {

  /** Runs it. */
  public static void main(String[] args) {
    ModelSplitterExecutor.execute(StubbornSplitter::new);
  }

  @Override
  public PhaseResult begin() throws IOException {
    Files.writeString(
        Path.of(context.workFolder().toString(), "begun"),
        "once\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    return PhaseResult.ok(Map.of());
  }

  @Override
  public PhaseResult main(Map<String, Object> extraData) throws Exception {
    context.progress(0.25, "running");
    switch (context.modelName()) {
      case "listens" -> new CountDownLatch(1).await();
      case "exits" -> System.exit(3);
      default -> {
        while (true) {
          Thread.onSpinWait();
        }
      }
    }
    return PhaseResult.ok(Map.of());
  }

  @Override
  public void close() throws IOException {
    Files.createFile(Path.of(context.workFolder().toString(), "closed"));
  }
}
