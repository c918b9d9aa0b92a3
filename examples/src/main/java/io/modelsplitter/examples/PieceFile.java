package io.modelsplitter.examples;

import io.modelsplitter.checkpoint.Shard;
import io.modelsplitter.checkpoint.ShardFile;
import io.modelsplitter.checkpoint.ShardMetadata;
import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.file.FileDigests;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A file that is stored and registered, on its way from one phase to the next: what a rank holds,
 * one of its layers, or the manifest of a rank whose layers are files.
 *
 * @param rank whose it is
 * @param label {@code rank}, {@code manifest}, or which layer
 * @param file where it is; nothing is there when it was only hashed, since it is stored already
 * @param digests its size and digests
 * @param metadata what the registry is told about it
 */
record PieceFile(
    int rank, String label, Path file, FileDigests digests, Map<String, Object> metadata) {

  private static final String MANIFEST = "manifest";

  static PieceFile of(SplitPlan plan, ShardFile file) {
    return new PieceFile(
        file.shard().rank().rank(),
        file.shard().label(),
        file.file(),
        file.digests(),
        ShardMetadata.of(plan, file.shard(), file.digests()));
  }

  /** The manifest of a rank. */
  static PieceFile manifest(
      SplitPlan plan, SplitPlan.RankPlan rank, List<ShardFile> files, Path file, FileDigests own) {
    Shard whole = new Shard(rank, Shard.WHOLE, rank.parts());
    Map<String, Object> metadata = new LinkedHashMap<>(ShardMetadata.of(plan, whole, own));
    metadata.put("label", MANIFEST);
    metadata.put("layer_files", files.stream().map(it -> it.digests().md5()).toList());
    metadata.put("bytes", own.bytes() + files.stream().mapToLong(it -> it.digests().bytes()).sum());
    return new PieceFile(rank.rank(), MANIFEST, file, own, metadata);
  }

  /** Whether a block that runs the rank is given this file. */
  boolean standsForRank() {
    return label.equals(Shard.WHOLE) || label.equals(MANIFEST);
  }

  /** For the log. */
  String shown() {
    return "rank " + rank + (label.equals(Shard.WHOLE) ? "" : ", " + label);
  }

  /** The name under which it is stored: its hash, so that the same file is stored once. */
  String storedName() {
    return digests.md5() + file.toString().replaceFirst(".*\\.", ".");
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rank", rank);
    map.put("label", label);
    map.put("file", file.toString());
    map.put("bytes", digests.bytes());
    map.put("md5", digests.md5());
    map.put("sha256", digests.sha256());
    map.put("metadata", metadata);
    return map;
  }

  @SuppressWarnings("unchecked") // toMap made it
  static PieceFile fromMap(Map<String, Object> map) {
    return new PieceFile(
        (Integer) Objects.requireNonNull(map.get("rank")),
        (String) Objects.requireNonNull(map.get("label")),
        Path.of((String) Objects.requireNonNull(map.get("file"))),
        digests(map),
        (Map<String, Object>) Objects.requireNonNull(map.get("metadata")));
  }

  static FileDigests digests(Map<String, Object> map) {
    return new FileDigests(
        ((Number) Objects.requireNonNull(map.get("bytes"))).longValue(),
        (String) Objects.requireNonNull(map.get("md5")),
        (String) Objects.requireNonNull(map.get("sha256")));
  }
}
