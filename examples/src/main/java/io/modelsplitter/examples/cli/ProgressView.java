package io.modelsplitter.examples.cli;

/** Where progress is shown. */
interface ProgressView {

  /** Some work begins. */
  void begin(Progress.State state);

  /** It is so far. */
  void show(Progress.State state);

  /** It is done. */
  void end(String summary);

  /** Nothing comes any more. */
  void close();
}
