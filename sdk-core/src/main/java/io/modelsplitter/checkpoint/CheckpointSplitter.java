package io.modelsplitter.checkpoint;

import io.modelsplitter.file.FileDigests;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Makes the files of a plan, as many side by side as this machine has processors, in memory that
 * does not grow with them. Thread-safe.
 *
 * <pre>{@code
 * SplitPlan plan = SplitPlan.of(Checkpoint.open(path), SplitOptions.of(4));
 * List<ShardFile> files = new CheckpointSplitter().split(plan, plan.shards(Granularity.RANK), folder);
 * }</pre>
 */
public final class CheckpointSplitter {
  private final @Nullable ShardStep step;

  /** What is done to make one file. */
  public interface ShardStep {

    /**
     * Makes the file, or sees that it is there already. Called by several threads.
     *
     * @param shard what the file is to hold
     * @param file where to make it
     * @return its size and digests
     * @throws IOException when it cannot be read or written
     */
    FileDigests make(Shard shard, Path file) throws IOException;
  }

  /** Writes every file. */
  public CheckpointSplitter() {
    this(null);
  }

  /**
   * Makes files in another way.
   *
   * @param step null to write every file
   */
  public CheckpointSplitter(@Nullable ShardStep step) {
    this.step = step;
  }

  /**
   * Makes the files, named after their shards. When one fails, those that were begun are ended, and
   * those that are whole stay.
   *
   * @param plan says what is split
   * @param shards of the plan
   * @param folder where to; made where it is missing
   * @return in the order of the shards
   * @throws IOException when a file cannot be read or written, or the thread is interrupted
   */
  public List<ShardFile> split(SplitPlan plan, List<Shard> shards, Path folder) throws IOException {
    ShardWriter writer = ShardWriter.of(plan.checkpoint());
    ShardStep making = step == null ? (shard, file) -> writer.write(shard.parts(), file) : step;
    List<Callable<ShardFile>> work = new ArrayList<>();
    for (Shard shard : shards) {
      Path file = folder.resolve(shard.name() + "." + plan.extension());
      work.add(() -> new ShardFile(shard, file, making.make(shard, file)));
    }
    return SideBySide.run(work);
  }

  /**
   * What a model needs beside the tensors to run: the checkpoint's own {@link
   * Checkpoint#companions}, and of GGUF a file {@code metadata.gguf} with all key-values and no
   * tensors, which is written. It is part of no rank's file, so that models that differ in a
   * setting share what their tensors have in common; merging needs it.
   *
   * @param checkpoint the opened checkpoint
   * @param folder where to write it
   * @return the files, those of the checkpoint where they are
   * @throws IOException when {@code metadata.gguf} cannot be written
   */
  public List<Path> companions(Checkpoint checkpoint, Path folder) throws IOException {
    List<Path> companions = new ArrayList<>(checkpoint.companions());
    if (checkpoint.gguf().isPresent()) {
      Path metadata = folder.resolve(GgufMetadata.FILE);
      FileDigests unused = ShardWriter.ofModel(checkpoint).write(List.of(), metadata);
      companions.add(metadata);
    }
    return companions;
  }
}
