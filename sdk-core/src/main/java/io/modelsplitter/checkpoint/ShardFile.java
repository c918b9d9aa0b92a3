package io.modelsplitter.checkpoint;

import io.modelsplitter.file.FileDigests;
import java.nio.file.Path;

/**
 * A file that a split made.
 *
 * @param shard what it holds
 * @param file where it is
 * @param digests its size and digests
 */
public record ShardFile(Shard shard, Path file, FileDigests digests) {}
