package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Condition.Order;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the operators that stand at one path. */
final class ConditionParser {
  private final String path;

  ConditionParser(String path) {
    this.path = path;
  }

  /** One condition for each operator of the object; they must hold together. */
  List<Condition> parse(Map<?, ?> operators) {
    List<Condition> conditions = new ArrayList<>();
    for (Map.Entry<?, ?> entry : operators.entrySet()) {
      String operator = (String) entry.getKey();
      if (operator.equals("$options")) {
        if (!operators.containsKey("$regex")) {
          throw bad("$options", "needs a $regex beside it");
        }
      } else if (operator.equals("$regex")) {
        conditions.add(regex(entry.getValue(), operators.get("$options")));
      } else {
        conditions.add(condition(operator, entry.getValue()));
      }
    }
    return conditions;
  }

  private Condition condition(String operator, @Nullable Object operand) {
    return switch (operator) {
      case "$eq" -> new Condition.Equal(operand);
      case "$ne" -> not(new Condition.Equal(operand));
      case "$gt" -> new Condition.Compare(Order.GREATER, operand);
      case "$gte" -> new Condition.Compare(Order.GREATER_OR_EQUAL, operand);
      case "$lt" -> new Condition.Compare(Order.LESS, operand);
      case "$lte" -> new Condition.Compare(Order.LESS_OR_EQUAL, operand);
      case "$in" -> in("$in", operand);
      case "$nin" -> not(in("$nin", operand));
      case "$exists" -> truth(operand) ? new Condition.Exists() : not(new Condition.Exists());
      case "$type" -> type(operand);
      case "$size" -> size(operand);
      case "$all" -> all(operand);
      case "$elemMatch" -> elemMatch(operand);
      case "$mod" -> mod(operand);
      case "$not" -> negated(operand);
      default ->
          throw new BadInputException(
              "operator " + operator + " at " + Json.show(path) + " is not known");
    };
  }

  private static Condition not(Condition condition) {
    return new Condition.Not(List.of(condition));
  }

  private Condition in(String operator, @Nullable Object operand) {
    if (!(operand instanceof List<?> list)) {
      throw bad(operator, "needs a list, not " + Json.show(operand));
    }
    if (list.size() > FilterParser.MAX_IN) {
      throw bad(operator, "has " + list.size() + " values; at most 10000 are taken");
    }
    for (Object value : list) {
      if (value instanceof Map<?, ?> map && FilterParser.beginsWithOperator(map)) {
        throw bad(operator, "holds the operator " + map.keySet().iterator().next());
      }
    }
    return new Condition.In(new ArrayList<>(list));
  }

  /** As MongoDB takes a value for a truth: only false, null and zero are false. */
  private static boolean truth(@Nullable Object operand) {
    if (operand instanceof Number number) {
      return number.doubleValue() != 0;
    }
    return operand != null && !Boolean.FALSE.equals(operand);
  }

  private Condition type(@Nullable Object operand) {
    Set<BsonType> types = EnumSet.noneOf(BsonType.class);
    if (operand instanceof List<?> list) {
      list.forEach(element -> types.addAll(BsonType.named(path, element)));
    } else {
      types.addAll(BsonType.named(path, operand));
    }
    if (types.isEmpty()) {
      throw bad("$type", "needs at least one type");
    }
    return new Condition.HasType(types);
  }

  private Condition size(@Nullable Object operand) {
    if (operand instanceof Number number
        && number.doubleValue() == Math.rint(number.doubleValue())
        && number.doubleValue() >= 0) {
      return new Condition.Size((int) Math.min(number.doubleValue(), Integer.MAX_VALUE));
    }
    throw bad("$size", "needs a whole number from 0 on, not " + Json.show(operand));
  }

  private Condition all(@Nullable Object operand) {
    if (!(operand instanceof List<?> list)) {
      throw bad("$all", "needs a list, not " + Json.show(operand));
    }
    List<Condition> conditions = new ArrayList<>();
    for (Object value : list) {
      boolean operator = value instanceof Map<?, ?> map && FilterParser.beginsWithOperator(map);
      if (operator && value instanceof Map<?, ?> map && isElemMatch(map)) {
        conditions.add(elemMatch(map.get("$elemMatch")));
      } else if (operator) {
        throw bad("$all", "holds an operator other than $elemMatch: " + Json.show(value));
      } else {
        conditions.add(new Condition.Equal(value));
      }
    }
    long values = conditions.stream().filter(Condition.Equal.class::isInstance).count();
    if (values != 0 && values != conditions.size()) {
      throw bad("$all", "holds both values and $elemMatch");
    }
    return new Condition.All(conditions);
  }

  private static boolean isElemMatch(Map<?, ?> map) {
    return map.size() == 1 && map.containsKey("$elemMatch");
  }

  private Condition elemMatch(@Nullable Object operand) {
    if (!(operand instanceof Map<?, ?> map)) {
      throw bad("$elemMatch", "needs an object, not " + Json.show(operand));
    }
    return FilterParser.isFilter(map)
        ? new Condition.ElemMatch(FilterParser.parse(map))
        : new Condition.ElemMatchValue(parse(map));
  }

  private Condition mod(@Nullable Object operand) {
    if (!(operand instanceof List<?> list) || list.size() != 2) {
      throw bad("$mod", "needs [divisor, remainder], not " + Json.show(operand));
    }
    long divisor = integer(list.get(0));
    if (divisor == 0) {
      throw bad("$mod", "cannot divide by 0");
    }
    return new Condition.Mod(divisor, integer(list.get(1)));
  }

  /** Cut towards zero. */
  private long integer(@Nullable Object operand) {
    if (operand instanceof Number number
        && number.doubleValue() >= -0x1p63
        && (number instanceof Long || number.doubleValue() < 0x1p63)) {
      return number.longValue();
    }
    throw bad("$mod", "needs numbers of 64 bits, not " + Json.show(operand));
  }

  private Condition negated(@Nullable Object operand) {
    if (operand instanceof Map<?, ?> map && FilterParser.beginsWithOperator(map)) {
      return new Condition.Not(parse(map));
    }
    throw bad("$not", "needs an object of operators, not " + Json.show(operand));
  }

  private Condition regex(@Nullable Object pattern, @Nullable Object options) {
    if (!(pattern instanceof String text)) {
      throw bad("$regex", "needs a string, not " + Json.show(pattern));
    }
    if (options != null && !(options instanceof String)) {
      throw bad("$options", "needs a string, not " + Json.show(options));
    }
    return new Condition.Regex(text, options == null ? "" : (String) options);
  }

  private BadInputException bad(String operator, String reason) {
    return new BadInputException(operator + " at " + Json.show(path) + " " + reason);
  }
}
