package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Explanation.AnsweredBy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which documents can match a filter: what an index finds, at times with some that do not match,
 * never without one that does.
 */
sealed interface Plan {

  /** Whether every document that the index finds matches. */
  boolean isExact();

  /** How a query with this plan is answered. */
  default AnsweredBy answeredBy() {
    if (isExact()) {
      return AnsweredBy.INDEX;
    }
    return this instanceof Everything ? AnsweredBy.SCAN : AnsweredBy.MATCHER;
  }

  /** All documents. */
  record Everything(boolean isExact) implements Plan {}

  /** No document. */
  record Nothing() implements Plan {
    @Override
    public boolean isExact() {
      return true;
    }
  }

  /**
   * The documents with an entry in one of the ranges.
   *
   * @param facts of which bits the entry has one; 0 for any entry
   * @param path where all the ranges lie, or null when they lie at more than one place
   */
  record Seek(List<KeyRange> ranges, int facts, boolean isExact, @Nullable PathKey path)
      implements Plan {
    public Seek {
      ranges = List.copyOf(ranges);
    }

    boolean isPoints() {
      return ranges.stream().allMatch(KeyRange::isPoint);
    }
  }

  /** What one of the plans finds. */
  record AnyOf(List<Plan> plans) implements Plan {
    public AnyOf {
      plans = List.copyOf(plans);
    }

    @Override
    public boolean isExact() {
      return plans.stream().allMatch(Plan::isExact);
    }
  }

  /** What all of the plans find. */
  record AllOf(List<Plan> plans, boolean isExact) implements Plan {
    public AllOf {
      plans = List.copyOf(plans);
    }
  }

  /** The documents of these shapes. */
  record OfShapes(List<Long> shapes) implements Plan {
    public OfShapes {
      shapes = List.copyOf(shapes);
    }

    @Override
    public boolean isExact() {
      return true;
    }
  }
}
