package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.checkpoint.CheckpointSplitter;
import io.modelsplitter.checkpoint.RankManifest;
import io.modelsplitter.checkpoint.Shard;
import io.modelsplitter.checkpoint.ShardFile;
import io.modelsplitter.checkpoint.ShardWriter;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the files of a split, and goes on where an earlier attempt of the job was stopped. */
final class PieceMaker {
  private static final Logger log = LoggerFactory.getLogger(PieceMaker.class);

  private final StoredLayers stored;
  private final Context context;

  PieceMaker(StoredLayers stored, Context context) {
    this.stored = stored;
    this.context = context;
  }

  /**
   * Makes the files of a split in a folder, side by side. Of a model that was split before, each is
   * hashed first and not written when it is registered and stored. What an earlier attempt of the
   * job wrote stays, if it was of the same model and its bytes are what they were.
   *
   * @param shards those of the plan that are wanted
   * @param model what tells the model and the way it is split from another one
   * @param isRemote whether reading is slow, so that nothing is hashed before it is written
   */
  List<Map<String, Object>> write(
      SplitPlan plan, List<Shard> shards, String model, boolean isRemote, Path folder)
      throws IOException {
    boolean known = !isRemote && stored.isKnownAsset(context.modelName());
    ShardWriter writer = ShardWriter.of(plan.checkpoint());
    AtomicInteger done = new AtomicInteger();
    CheckpointSplitter splitter =
        new CheckpointSplitter(
            (shard, file) -> {
              FileDigests digests = make(writer, shard, model, file, known);
              int made = done.incrementAndGet();
              context.progress(
                  (double) made / shards.size(), "file %d of %d".formatted(made, shards.size()));
              return digests;
            });
    List<ShardFile> files = splitter.split(plan, shards, folder);
    List<PieceFile> pieces = new ArrayList<>();
    files.forEach(file -> pieces.add(PieceFile.of(plan, file)));
    pieces.addAll(manifests(plan, files, folder));
    return pieces.stream().map(PieceFile::toMap).toList();
  }

  /** Those of ranks whose layers are files. */
  private static List<PieceFile> manifests(SplitPlan plan, List<ShardFile> files, Path folder)
      throws IOException {
    List<PieceFile> manifests = new ArrayList<>();
    for (SplitPlan.RankPlan rank : plan.ranks()) {
      List<ShardFile> own =
          files.stream().filter(it -> it.shard().rank().rank() == rank.rank()).toList();
      if (!own.isEmpty() && !own.get(0).shard().label().equals(Shard.WHOLE)) {
        Path file = folder.resolve("rank-" + rank.rank() + ".json");
        FileDigests digests = RankManifest.write(own, plan.extension(), file);
        manifests.add(PieceFile.manifest(plan, rank, own, file, digests));
      }
    }
    return manifests;
  }

  private FileDigests make(ShardWriter writer, Shard shard, String model, Path file, boolean known)
      throws IOException {
    Map<String, Object> written = context.journal().get(shard.name()).orElse(Map.of());
    if (model.equals(written.get("model"))) {
      FileDigests digests = PieceFile.digests(written);
      if (isIntact(shard.label(), file, digests)) {
        return digests;
      }
    }
    FileDigests digests = hashedOnly(writer, shard, file, known);
    if (digests == null) {
      digests = writer.write(shard.parts(), file);
      log.info(
          "{}: {} tensors, {} bytes, MD5 {}",
          shard.name(),
          shard.parts().size(),
          digests.bytes(),
          digests.md5());
    }
    Map<String, Object> note = new LinkedHashMap<>();
    note.put("model", model);
    note.put("bytes", digests.bytes());
    note.put("md5", digests.md5());
    note.put("sha256", digests.sha256());
    context.journal().put(shard.name(), note);
    return digests;
  }

  /** The digests of a file that need not be written; null for one that must be. */
  private @Nullable FileDigests hashedOnly(
      ShardWriter writer, Shard shard, Path file, boolean known) throws IOException {
    if (!known) {
      return null;
    }
    FileDigests digests = writer.digest(shard.parts());
    if (isReusable(shard.label(), digests, storedName(file, digests))) {
      log.info("{}: MD5 {} is registered", shard.name(), digests.md5());
      return digests;
    }
    return null;
  }

  private static String storedName(Path file, FileDigests digests) {
    return new PieceFile(0, "", file, digests, Map.of()).storedName();
  }

  /** Whether the files of an earlier attempt are where they were, or stored. */
  @SuppressWarnings("unchecked") // write made the list
  boolean isIntact(List<?> pieces) throws IOException {
    for (Object piece : pieces) {
      PieceFile file = PieceFile.fromMap((Map<String, Object>) piece);
      if (!isIntact(file.label(), file.file(), file.digests())) {
        return false;
      }
    }
    return true;
  }

  private boolean isIntact(String label, Path file, FileDigests digests) throws IOException {
    if (Files.isRegularFile(file)) {
      return Files.size(file) == digests.bytes() && new LayerHash().digests(file).equals(digests);
    }
    String storedName = storedName(file, digests);
    return isReusable(label, digests, storedName) || stored.store().contains(storedName);
  }

  /** A manifest names its files as lying beside it: for one of these another store does not do. */
  private boolean isReusable(String label, FileDigests digests, String storedName)
      throws IOException {
    return stored.isReusable(digests, storedName)
        && (label.equals(Shard.WHOLE) || stored.store().contains(storedName));
  }
}
