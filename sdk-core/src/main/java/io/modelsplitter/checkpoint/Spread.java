package io.modelsplitter.checkpoint;

/** Which ranks must hold a tensor by one of its names. */
public enum Spread {
  /** One rank, such as a bias that is added after the sum of the ranks' results. */
  ONCE,

  /** The ranks of one stage: each all of it, or each a cut, which together are all of it. */
  STAGE,

  /** The ranks of every stage, as for {@link #STAGE}. */
  EVERY_STAGE
}
