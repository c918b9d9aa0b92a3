package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a {@link Filter.Field} asks of the values that its path reaches. */
public sealed interface Condition {

  /** {@code $eq}: the value, or an element of the list that it is, equals this one. */
  record Equal(@Nullable Object value) implements Condition {
    /**
     * Copies the value.
     *
     * @param value see {@link #value}
     */
    public Equal {
      value = Json.copyOfValue("$eq", value);
    }
  }

  /** The four comparisons. */
  enum Order {
    /** {@code $gt}. */
    GREATER("$gt"),
    /** {@code $gte}. */
    GREATER_OR_EQUAL("$gte"),
    /** {@code $lt}. */
    LESS("$lt"),
    /** {@code $lte}. */
    LESS_OR_EQUAL("$lte");

    final String sign;

    Order(String sign) {
      this.sign = sign;
    }

    /** Whether the result of comparing a value to the operand is what is asked. */
    boolean holds(int comparison) {
      return switch (this) {
        case GREATER -> comparison > 0;
        case GREATER_OR_EQUAL -> comparison >= 0;
        case LESS -> comparison < 0;
        case LESS_OR_EQUAL -> comparison <= 0;
      };
    }
  }

  /** {@code $gt}, {@code $gte}, {@code $lt}, {@code $lte}: only values of one kind compare. */
  record Compare(Order order, @Nullable Object value) implements Condition {
    /**
     * Copies the value.
     *
     * @param order see {@link #order}
     * @param value see {@link #value}
     */
    public Compare {
      value = Json.copyOfValue(order.sign, value);
    }
  }

  /** {@code $in}: as {@link Equal} for at least one of the values; with none, nothing matches. */
  final class In implements Condition {
    private final List<Object> values;
    private final Set<Object> ordered = new TreeSet<>(Values::compare);

    /**
     * Copies the values.
     *
     * @param values what may be there; one may be null
     */
    @SuppressWarnings("unchecked") // the copy of a list is a list
    public In(List<Object> values) {
      this.values = (List<Object>) Objects.requireNonNull(Json.copyOfValue("$in", values));
      ordered.addAll(this.values);
    }

    /** {@return the values; one may be null} */
    public List<Object> values() {
      return values;
    }

    boolean contains(@Nullable Object value) {
      return ordered.contains(value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof In in && values.equals(in.values);
    }

    @Override
    public int hashCode() {
      return values.hashCode();
    }

    @Override
    public String toString() {
      return "In" + values;
    }
  }

  /** {@code $exists: true}: there is a value, be it null. */
  record Exists() implements Condition {}

  /** {@code $type}: the value, or an element of the list that it is, has one of the types. */
  record HasType(Set<BsonType> types) implements Condition {
    /**
     * Copies the set.
     *
     * @param types see {@link #types}
     */
    public HasType {
      types = Set.copyOf(types);
    }
  }

  /** {@code $size}: the value is a list of so many elements. */
  record Size(int size) implements Condition {}

  /**
   * {@code $all}: each of the conditions holds, all of them {@link Equal}, or all of them {@link
   * ElemMatch} or {@link ElemMatchValue}; with none, nothing matches.
   */
  record All(List<Condition> conditions) implements Condition {
    /**
     * Copies the list.
     *
     * @param conditions see {@link #conditions}
     */
    public All {
      conditions = List.copyOf(conditions);
    }
  }

  /** {@code $elemMatch}: the value is a list with an element that matches the filter. */
  record ElemMatch(Filter filter) implements Condition {}

  /** {@code $elemMatch}: the value is a list with an element that meets all conditions. */
  record ElemMatchValue(List<Condition> conditions) implements Condition {
    /**
     * Copies the list.
     *
     * @param conditions see {@link #conditions}
     */
    public ElemMatchValue {
      conditions = List.copyOf(conditions);
    }
  }

  /** {@code $mod}: the value, cut to an integer, leaves the remainder when divided. */
  record Mod(long divisor, long remainder) implements Condition {
    /**
     * Refuses to divide by zero.
     *
     * @param divisor see {@link #divisor}
     * @param remainder see {@link #remainder}
     */
    public Mod {
      if (divisor == 0) {
        throw new BadInputException("$mod cannot divide by 0");
      }
    }
  }

  /** {@code $not}: the conditions do not hold all together; a missing value meets this. */
  record Not(List<Condition> conditions) implements Condition {
    /**
     * Copies the list.
     *
     * @param conditions see {@link #conditions}
     */
    public Not {
      conditions = List.copyOf(conditions);
    }
  }

  /** {@code $regex}: the value is text with a part that matches. */
  final class Regex implements Condition {
    private final String pattern;
    private final String options;
    private final RegexProgram program;

    /**
     * @param pattern a regular expression, as PCRE has it
     * @param options any of {@code i}, {@code m}, {@code s}, {@code x} and {@code u}
     * @throws BadInputException when it cannot be compiled or is too long
     */
    public Regex(String pattern, String options) {
      this.pattern = pattern;
      this.options = options;
      this.program = RegexProgram.compile(pattern, options);
    }

    /** {@return the regular expression} */
    public String pattern() {
      return pattern;
    }

    /** {@return the options} */
    public String options() {
      return options;
    }

    boolean find(String text, RegexTime time) {
      return program.find(text, time);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Regex regex
          && pattern.equals(regex.pattern)
          && options.equals(regex.options);
    }

    @Override
    public int hashCode() {
      return Objects.hash(pattern, options);
    }

    @Override
    public String toString() {
      return "Regex[" + pattern + ", " + options + "]";
    }
  }
}
