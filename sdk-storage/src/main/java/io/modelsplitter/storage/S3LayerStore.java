package io.modelsplitter.storage;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Objects below a prefix of one bucket. */
final class S3LayerStore implements LayerStore {
  private final S3Manager s3;
  private final String bucket;
  private final String prefix;

  S3LayerStore(S3Manager s3, String bucket, String prefix) {
    this.s3 = s3;
    this.bucket = bucket;
    String trimmed = prefix.replaceAll("^/+|/+$", "");
    this.prefix = trimmed.isEmpty() ? "" : trimmed + "/";
  }

  @Override
  public URI put(Path file, String name) throws IOException {
    s3.upload(file, bucket, key(name));
    Files.delete(file);
    return publicUrl(name);
  }

  @Override
  public void get(String name, Path target) throws IOException {
    s3.download(bucket, key(name), target);
  }

  @Override
  public boolean contains(String name) {
    return s3.exists(bucket, key(name));
  }

  @Override
  public void list(Consumer<? super StoredFile> action) {
    s3.list(
        bucket,
        prefix,
        object -> {
          String name = object.name().substring(prefix.length());
          if (StoredNames.isValid(name)) {
            action.accept(new StoredFile(name, object.bytes(), object.modified()));
          }
        });
  }

  @Override
  public void delete(String name) {
    s3.delete(bucket, key(name));
  }

  @Override
  public URI publicUrl(String name) {
    return s3.url(bucket, key(name));
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + prefix;
  }

  private String key(String name) {
    return prefix + StoredNames.checked(name);
  }
}
