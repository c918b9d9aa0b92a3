package io.modelsplitter;

/** Hears how far a splitter is. Called from any thread; returns at once. */
@FunctionalInterface
public interface ProgressListener {

  /**
   * Takes the news.
   *
   * @param fraction how much of the phase is done, from 0 to 1
   * @param message one line for the person who watches the task
   */
  void progress(double fraction, String message);
}
