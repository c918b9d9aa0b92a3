package io.modelsplitter.checkpoint;

import java.util.List;

/**
 * A file that a split makes.
 *
 * @param rank whose it is
 * @param label {@code rank} for all that the rank holds, else that of its {@link Section}
 * @param parts what it holds
 */
public record Shard(SplitPlan.RankPlan rank, String label, List<TensorPart> parts) {

  /** The label of a file that is all that a rank holds. */
  public static final String WHOLE = "rank";

  /**
   * Copies the list.
   *
   * @param rank see {@link #rank}
   * @param label see {@link #label}
   * @param parts see {@link #parts}
   */
  public Shard {
    parts = List.copyOf(parts);
  }

  /**
   * {@return its name without what it ends with, such as {@code rank-0} or {@code rank-0-layer-3}}
   */
  public String name() {
    return "rank-" + rank.rank() + (label.equals(WHOLE) ? "" : "-" + label);
  }

  /** {@return how many numbers it holds} */
  public long parameters() {
    return parts.stream().mapToLong(TensorPart::elements).sum();
  }
}
