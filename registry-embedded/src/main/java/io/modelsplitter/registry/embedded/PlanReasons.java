package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.Condition;
import io.modelsplitter.query.Filter;
import org.jspecify.annotations.Nullable;

/** Why a part of a filter is answered the way it is, in words. */
final class PlanReasons {
  /** Right for whatever has no better reason. */
  private static final String ALL_THAT_CAN_MATCH =
      "the index of values by path has all that can match";

  private PlanReasons() {}

  /**
   * @param plan what the index can do for the part, or null
   * @param seeks whether an index is used for some part of the filter
   */
  static String of(Filter part, @Nullable Plan plan, boolean seeks) {
    if (plan instanceof Plan.Nothing) {
      return "nothing can match this";
    }
    if (plan != null && plan.isExact()) {
      return "the index of values by path has just what matches";
    }
    if (plan == null) {
      String then = seeks ? "matched to what the other parts find" : "so every record is read";
      return notSeekable(part) + "; " + then;
    }
    return narrowed(part) + ", then each record is matched";
  }

  private static String notSeekable(Filter part) {
    if (part instanceof Filter.Or) {
      return "a part of $or has no use for an index";
    }
    if (part instanceof Filter.Nor) {
      return "a negation also holds where there is no value, and an index has values only";
    }
    Condition condition = ((Filter.Field) part).condition();
    if (condition instanceof Condition.Not) {
      return "a negation also holds where there is no value, and an index has values only";
    }
    return isOfNull(condition)
        ? "null also means that there is no value, and an index has values only"
        : "it would seek at too many places of an index";
  }

  private static boolean isOfNull(Condition condition) {
    return (condition instanceof Condition.Equal equal && equal.value() == null)
        || (condition instanceof Condition.In in && in.values().contains(null))
        || (condition instanceof Condition.Compare compare && compare.value() == null)
        || (condition instanceof Condition.All all
            && all.conditions().stream().anyMatch(PlanReasons::isOfNull));
  }

  private static String narrowed(Filter part) {
    if (!(part instanceof Filter.Field field)) {
      return ALL_THAT_CAN_MATCH;
    }
    Condition condition = field.condition();
    if (condition instanceof Condition.Regex regex) {
      String prefix = RegexPrefix.of(regex);
      return prefix.isEmpty()
          ? "the index has the texts at the path"
          : "the index has the texts that begin with \"" + prefix + "\"";
    }
    if (condition instanceof Condition.Mod) {
      return "the index has the numbers at the path";
    }
    if (condition instanceof Condition.Size) {
      return "the index has the lists at the path";
    }
    if (condition instanceof Condition.ElemMatch || condition instanceof Condition.ElemMatchValue) {
      return "the index has such values at the path, but not whether they are in one element";
    }
    if (!isPlain(field.path())) {
      return "a number in a path is the index of an element or the name of a field, and both are"
          + " found";
    }
    if (condition instanceof Condition.Compare) {
      return "the value is longer than what the index keeps of one";
    }
    if (condition instanceof Condition.All) {
      return "the index has what meets a part of $all";
    }
    return ALL_THAT_CAN_MATCH;
  }

  private static boolean isPlain(String path) {
    PathPattern pattern = PathPattern.ROOT.below(path);
    return pattern != null && pattern.isExact();
  }
}
