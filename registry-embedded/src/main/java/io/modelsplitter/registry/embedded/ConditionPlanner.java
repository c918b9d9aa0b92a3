package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.BsonType;
import io.modelsplitter.query.Condition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which entries at some paths can meet a condition. */
final class ConditionPlanner {
  /** More than this a database would rather not be asked at once. */
  private static final int MAX_RANGES = 100;

  static final int MAX_POINTS = 30_000;

  private final PathPattern paths;
  private final int facts;

  /**
   * @param ofElements whether only elements of lists can meet the conditions
   */
  ConditionPlanner(PathPattern paths, boolean ofElements) {
    this.paths = paths;
    this.facts = ofElements ? DocumentIndex.ELEMENT : 0;
  }

  /** What can meet the condition; null when an index cannot tell. */
  @Nullable Plan plan(Condition condition) {
    if (condition instanceof Condition.Equal equal) {
      return equal.value() == null ? null : values(List.of(equal.value()));
    }
    if (condition instanceof Condition.In in) {
      return in.values().stream().anyMatch(Objects::isNull) ? null : values(in.values());
    }
    if (condition instanceof Condition.Compare compare) {
      return compare(compare);
    }
    if (condition instanceof Condition.Exists) {
      return seek(List.of(new byte[0]), facts, true);
    }
    if (condition instanceof Condition.HasType type) {
      return types(type.types());
    }
    if (condition instanceof Condition.Size) {
      return kind(ValueKey.LIST);
    }
    if (condition instanceof Condition.Mod) {
      return kind(ValueKey.NUMBER);
    }
    if (condition instanceof Condition.Regex regex) {
      return seek(List.of(ValueKey.textPrefix(RegexPrefix.of(regex))), facts, false);
    }
    return null;
  }

  /** The entries of one kind of value, some of which meet the condition. */
  @Nullable Plan kind(byte kind) {
    return seek(List.of(new byte[] {kind}), facts, false);
  }

  private @Nullable Plan values(List<?> values) {
    List<KeyRange> points = new ArrayList<>();
    for (Object value : values) {
      points.add(KeyRange.point(ValueKey.of(value).bytes()));
    }
    return ranges(points, facts, true);
  }

  /** Only values of one kind compare. Null compares only to null. */
  private @Nullable Plan compare(Condition.Compare compare) {
    Object operand = compare.value();
    Condition.Order order = compare.order();
    boolean orEqual =
        order == Condition.Order.GREATER_OR_EQUAL || order == Condition.Order.LESS_OR_EQUAL;
    if (operand == null) {
      return orEqual ? null : new Plan.Nothing();
    }
    ValueKey key = ValueKey.of(operand);
    byte[] kind = {key.kind()};
    boolean less = order == Condition.Order.LESS || order == Condition.Order.LESS_OR_EQUAL;
    // Of what was cut the start alone tells an order.
    byte[] start = key.isCut() ? Arrays.copyOf(key.bytes(), key.bytes().length - 16) : key.bytes();
    byte[] next = key.isCut() ? KeyRange.afterAll(start) : KeyRange.after(start);
    KeyRange range;
    if (less) {
      range = new KeyRange(kind, orEqual || key.isCut() ? next : start);
    } else {
      range = new KeyRange(orEqual || key.isCut() ? start : next, KeyRange.afterAll(kind));
    }
    return ranges(range.isEmpty() ? List.of() : List.of(range), facts, !key.isCut());
  }

  private @Nullable Plan types(Set<BsonType> types) {
    List<byte[]> kinds = new ArrayList<>();
    List<@Nullable Plan> plans = new ArrayList<>();
    int numbers = 0;
    for (BsonType type : EnumSet.copyOf(types)) {
      switch (type) {
        case INT -> numbers |= DocumentIndex.INT;
        case LONG -> numbers |= DocumentIndex.LONG;
        case DOUBLE -> numbers |= DocumentIndex.DOUBLE;
        case NULL -> plans.add(seek(List.of(new byte[] {ValueKey.NULL}), notMissing(), true));
        case STRING -> kinds.add(new byte[] {ValueKey.TEXT});
        case OBJECT -> kinds.add(new byte[] {ValueKey.OBJECT});
        case ARRAY -> kinds.add(new byte[] {ValueKey.LIST});
        case BOOLEAN -> kinds.add(new byte[] {ValueKey.BOOLEAN});
        default -> {} // no JSON value has it
      }
    }
    if (numbers != 0) {
      plans.add(seek(List.of(new byte[] {ValueKey.NUMBER}), numbers, facts == 0));
    }
    if (!kinds.isEmpty()) {
      plans.add(seek(kinds, facts, true));
    }
    return Planner.anyOf(plans);
  }

  /** Null is also there for the order, where there is nothing. */
  private int notMissing() {
    return facts == 0 ? DocumentIndex.VALUE | DocumentIndex.ELEMENT : facts;
  }

  private @Nullable Plan seek(List<byte[]> prefixes, int which, boolean isExact) {
    List<KeyRange> ranges = new ArrayList<>();
    for (PathKey path : paths.paths()) {
      for (byte[] prefix : prefixes) {
        ranges.add(KeyRange.prefix(path.with(prefix)));
      }
    }
    return plan(ranges, which, isExact);
  }

  private @Nullable Plan ranges(List<KeyRange> ofValues, int which, boolean isExact) {
    List<KeyRange> ranges = new ArrayList<>();
    for (PathKey path : paths.paths()) {
      for (KeyRange range : ofValues) {
        ranges.add(new KeyRange(path.with(range.from()), path.with(range.to())));
      }
    }
    return plan(ranges, which, isExact);
  }

  private @Nullable Plan plan(List<KeyRange> ranges, int which, boolean isExact) {
    if (ranges.isEmpty()) {
      return new Plan.Nothing();
    }
    Plan.Seek seek =
        new Plan.Seek(
            ranges,
            paths.isExact() ? which : 0,
            isExact && paths.isExact(),
            paths.isExact() ? paths.paths().get(0) : null);
    return ranges.size() > (seek.isPoints() ? MAX_POINTS : MAX_RANGES) ? null : seek;
  }
}
