package io.modelsplitter.checkpoint;

/** What a split makes a file of. */
public enum Granularity {
  /** All that a rank holds. */
  RANK,

  /**
   * Each transformer layer, and what comes before and after them; a manifest names the files of the
   * rank. Two models that differ in some layers share the files of all others.
   */
  LAYER
}
