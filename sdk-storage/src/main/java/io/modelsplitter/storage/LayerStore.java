package io.modelsplitter.storage;

import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Keeps the files of layers under names, and tells where others can get them.
 *
 * <p>A name is 1 to 255 characters of {@code [A-Za-z0-9._-]} and begins with a letter or digit;
 * files are best named by their hash, so that the same file is stored once. Methods throw {@link
 * io.modelsplitter.error.UnavailableException} when a remote store cannot be reached, and {@link
 * BadInputException} when it refuses. Implementations are thread-safe.
 */
public interface LayerStore {

  /**
   * Moves a file into the store. It appears under its name whole or not at all; one that has the
   * name is replaced.
   *
   * @param file a finished file, which is gone afterwards
   * @param name the name of the file in the store, without a folder
   * @return its public URL
   * @throws IOException when it cannot be read or written
   */
  URI put(Path file, String name) throws IOException;

  /**
   * Copies a stored file.
   *
   * @param name the name of the file in the store, without a folder
   * @param target the file to write; one that is there is replaced
   * @throws BadInputException when there is none with this name
   * @throws IOException when it cannot be read or written
   */
  void get(String name, Path target) throws IOException;

  /**
   * {@return whether there is a file with this name}
   *
   * @param name the name of the file in the store, without a folder
   * @throws IOException when the store cannot be read
   */
  boolean contains(String name) throws IOException;

  /**
   * Hands over each file of the store, in no order, without those that are half put. Files whose
   * names are none of a store's are left out.
   *
   * @param action called for each, one after the other, by this thread
   * @throws IOException when the store cannot be read
   */
  void list(Consumer<? super StoredFile> action) throws IOException;

  /**
   * Removes a file. One that is not there is fine.
   *
   * @param name the name of the file in the store, without a folder
   * @throws IOException when it cannot be removed
   */
  void delete(String name) throws IOException;

  /**
   * {@return where others get the file with this name, whether it is there or not}
   *
   * @param name the name of the file in the store, without a folder
   */
  URI publicUrl(String name);

  /**
   * {@return the store in a directory; its public URLs are absolute {@code file:///} URLs}
   *
   * @param directory made where it is missing, with the first file
   */
  static LayerStore directory(Path directory) {
    return new DirectoryLayerStore(directory);
  }

  /**
   * {@return the store below a prefix of a bucket, which may be empty}
   *
   * @param s3 the client to use; it stays the caller's
   * @param bucket the name of an existing bucket
   * @param prefix what keys begin with, such as {@code layers/}; may be empty
   */
  static LayerStore s3(S3Manager s3, String bucket, String prefix) {
    return new S3LayerStore(s3, bucket, prefix);
  }

  /**
   * {@return the store that {@code LAYER_STORE_URL} names: {@code file:///…}, or {@code
   * s3://bucket/prefix} with the variables of {@link S3Manager#fromEnvironment()}}
   */
  static LayerStore fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the store
   */
  static LayerStore from(Map<String, String> environment) {
    return LayerStoreUrl.open(environment);
  }
}
