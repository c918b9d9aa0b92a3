package io.modelsplitter.file;

/** Hears how far a download is. Called from any thread, about twice a second; returns at once. */
@FunctionalInterface
public interface DownloadListener {

  /**
   * Takes the news.
   *
   * @param bytes how many bytes are here, those of an earlier attempt included
   * @param total how many there will be, or -1 where the server does not say
   */
  void progress(long bytes, long total);
}
