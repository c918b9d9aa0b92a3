package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update.Change;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns the wire form of an update into {@link Update}, and refuses what it does not know. */
final class UpdateParser {
  private static final Set<String> PUSH_MODIFIERS = Set.of("$each", "$slice", "$sort", "$position");

  private static final int MAX_CHANGES = 1_000;

  private UpdateParser() {}

  static Update parse(Map<String, Object> update) {
    if (update.isEmpty()) {
      throw new BadInputException("the update is empty; use an operator such as $set");
    }
    List<Change> changes = new ArrayList<>();
    for (Map.Entry<String, Object> entry : update.entrySet()) {
      if (entry.getValue() instanceof Map<?, ?> paths
          && changes.size() + paths.size() > MAX_CHANGES) {
        throw new BadInputException("the update changes more than " + MAX_CHANGES + " paths");
      }
      UpdateOperator operator = operator(entry.getKey());
      if (!(entry.getValue() instanceof Map<?, ?> paths)) {
        throw new BadInputException(
            operator.sign + " needs an object of paths, not " + Json.show(entry.getValue()));
      }
      for (Map.Entry<?, ?> path : paths.entrySet()) {
        changes.add(change(operator, (String) path.getKey(), path.getValue()));
      }
    }
    return new Update(changes);
  }

  private static UpdateOperator operator(String sign) {
    for (UpdateOperator operator : UpdateOperator.values()) {
      if (operator.sign.equals(sign)) {
        return operator;
      }
    }
    throw new BadInputException(
        sign.startsWith("$")
            ? "update operator " + sign + " is not known"
            : "an update takes operators only, not the plain field \"%s\"; write {\"$set\": {\"%s\": …}}"
                .formatted(sign, sign));
  }

  private static Change change(UpdateOperator operator, String path, @Nullable Object value) {
    checkPath(operator, path);
    return switch (operator) {
      case INC, MUL -> checked(value instanceof Number, operator, path, value, "a number");
      case PULL_ALL -> checked(value instanceof List<?>, operator, path, value, "a list");
      case POP ->
          checked(
              value instanceof Number number && Math.abs(number.doubleValue()) == 1,
              operator,
              path,
              value,
              "1 or -1");
      case RENAME -> rename(path, value);
      case PUSH -> push(path, value);
      case ADD_TO_SET -> new Change(operator, path, addToSet(path, value));
      case PULL -> pull(path, value);
      case CURRENT_DATE -> currentDate(path, value);
      case SET, UNSET, MIN, MAX, SET_ON_INSERT -> new Change(operator, path, value);
    };
  }

  private static Change checked(
      boolean right, UpdateOperator operator, String path, @Nullable Object value, String wanted) {
    if (!right) {
      throw bad(operator, path, "needs " + wanted + ", not " + Json.show(value));
    }
    return new Change(operator, path, value);
  }

  private static void checkPath(UpdateOperator operator, String path) {
    if (path.chars().filter(c -> c == '.').count() >= Json.MAX_DEPTH) {
      throw bad(operator, path, "has a path of more than " + Json.MAX_DEPTH + " components");
    }
    for (String component : path.split("\\.", -1)) {
      if (component.isEmpty()) {
        throw bad(operator, path, "has an empty component in its path");
      }
      if (component.startsWith("$")) {
        throw bad(operator, path, "has the component " + component + " in its path");
      }
    }
  }

  private static Change rename(String path, @Nullable Object target) {
    if (!(target instanceof String text)) {
      throw bad(UpdateOperator.RENAME, path, "needs a path, not " + Json.show(target));
    }
    checkPath(UpdateOperator.RENAME, text);
    if (text.indexOf('\0') >= 0) {
      throw bad(UpdateOperator.RENAME, path, "has U+0000 in the path " + Json.show(text));
    }
    return new Change(UpdateOperator.RENAME, path, text);
  }

  /** One form for both: {@code {"$each": [values]}}. */
  private static Map<String, Object> addToSet(String path, @Nullable Object value) {
    if (value instanceof Map<?, ?> map && map.containsKey("$each")) {
      if (map.size() != 1 || !(map.get("$each") instanceof List<?> values)) {
        throw bad(UpdateOperator.ADD_TO_SET, path, "needs {\"$each\": [values]}");
      }
      return Map.of("$each", values);
    }
    return Map.of("$each", single(value));
  }

  private static List<@Nullable Object> single(@Nullable Object value) {
    List<@Nullable Object> list = new ArrayList<>();
    list.add(value);
    return list;
  }

  private static Change push(String path, @Nullable Object value) {
    if (!(value instanceof Map<?, ?> map) || !map.containsKey("$each")) {
      return new Change(UpdateOperator.PUSH, path, Map.of("$each", single(value)));
    }
    for (Object modifier : map.keySet()) {
      if (!PUSH_MODIFIERS.contains(modifier)) {
        throw bad(UpdateOperator.PUSH, path, "has the unknown modifier " + modifier);
      }
    }
    if (!(map.get("$each") instanceof List<?>)) {
      throw bad(UpdateOperator.PUSH, path, "needs a list in $each");
    }
    for (String modifier : List.of("$slice", "$position")) {
      if (map.containsKey(modifier) && !isWhole(map.get(modifier))) {
        throw bad(
            UpdateOperator.PUSH,
            path,
            "needs a whole number in " + modifier + ", not " + Json.show(map.get(modifier)));
      }
    }
    if (map.containsKey("$sort") && !isSort(map.get("$sort"))) {
      throw bad(
          UpdateOperator.PUSH,
          path,
          "needs 1, -1 or an object of them in $sort, not " + Json.show(map.get("$sort")));
    }
    return new Change(UpdateOperator.PUSH, path, map);
  }

  private static boolean isWhole(@Nullable Object value) {
    return value instanceof Number number
        && number.doubleValue() == Math.rint(number.doubleValue());
  }

  private static boolean isDirection(@Nullable Object value) {
    return value instanceof Number number && Math.abs(number.doubleValue()) == 1;
  }

  private static boolean isSort(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return !map.isEmpty() && map.values().stream().allMatch(UpdateParser::isDirection);
    }
    return isDirection(value);
  }

  /** An operand that is a query is parsed here, so that a wrong one is refused at once. */
  private static Change pull(String path, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      PullQuery.of(path, map, new Matcher());
    }
    return new Change(UpdateOperator.PULL, path, value);
  }

  private static Change currentDate(String path, @Nullable Object value) {
    boolean right =
        value instanceof Boolean
            || (value instanceof Map<?, ?> map
                && map.size() == 1
                && ("date".equals(map.get("$type")) || "timestamp".equals(map.get("$type"))));
    return checked(
        right,
        UpdateOperator.CURRENT_DATE,
        path,
        value,
        "true, {\"$type\": \"date\"} or {\"$type\": \"timestamp\"}");
  }

  static BadInputException bad(UpdateOperator operator, String path, String reason) {
    return new BadInputException(operator.sign + " at " + Json.show(path) + " " + reason);
  }

  /** Every path that changes: of a {@code $rename} both. */
  static List<String> paths(List<Change> changes) {
    List<String> paths = new ArrayList<>();
    for (Change change : changes) {
      paths.add(change.path());
      if (change.operator() == UpdateOperator.RENAME && change.value() instanceof String target) {
        paths.add(target);
      }
    }
    return paths;
  }

  static void checkConflicts(List<Change> changes) {
    Set<String> known = new HashSet<>();
    List<String> paths = paths(changes);
    for (String path : paths) {
      if (!known.add(path)) {
        throw conflict(path, path);
      }
    }
    for (String path : paths) {
      for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
        String above = path.substring(0, dot);
        if (known.contains(above)) {
          throw conflict(above, path);
        }
      }
    }
  }

  private static BadInputException conflict(String path, String other) {
    return new BadInputException(
        "the update changes %s and %s, which conflict"
            .formatted(Json.show(path), Json.show(other)));
  }
}
