package io.modelsplitter.checkpoint;

import java.util.List;

/**
 * What tensor parallelism does with the tensors of some names.
 *
 * @param match which tensors
 * @param treatment what is done with them
 */
record TensorRule(NamePattern match, Treatment treatment) {

  /** What is done with a tensor. */
  sealed interface Treatment {

    /**
     * Every rank gets all of it.
     *
     * @param perHead whether its length is a head's: of a longer one no rank could use all
     */
    record Replicate(boolean perHead) implements Treatment {}

    /** The first rank gets it, such as a bias that is added after the ranks' results were. */
    record Once() implements Treatment {}

    /**
     * Every rank gets its share along an axis.
     *
     * @param axis the axis
     * @param parts what lies along it, one after the other
     */
    record Slice(int axis, List<Unit> parts) implements Treatment {}
  }

  /** What lies along an axis, and so where it may be cut. */
  enum Unit {
    /** Query heads. */
    HEADS,

    /** Key or value heads, of which there may be fewer. */
    KV_HEADS,

    /** Indices that are cut into equal shares. */
    EVEN,

    /** Indices of which the shares may differ by one, such as a vocabulary. */
    UNEVEN
  }
}
