package io.modelsplitter.file;

/**
 * The size and the digests of a file.
 *
 * @param bytes the size
 * @param md5 the MD5 in lower-case hex, as {@code md5sum} prints it; the {@code model_layer_hash}
 * @param sha256 the SHA-256 in lower-case hex, as {@code sha256sum} prints it
 */
public record FileDigests(long bytes, String md5, String sha256) {}
