package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update.Change;
import io.modelsplitter.query.Update.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns the wire form of an update into {@link Update}, and refuses what it does not know. */
final class UpdateParser {

  private UpdateParser() {}

  static Update parse(Map<String, Object> update) {
    if (update.isEmpty()) {
      throw new BadInputException("the update is empty; use an operator such as $set");
    }
    List<Change> changes = new ArrayList<>();
    for (Map.Entry<String, Object> entry : update.entrySet()) {
      Operator operator = operator(entry.getKey());
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

  private static Operator operator(String sign) {
    for (Operator operator : Operator.values()) {
      if (operator.sign.equals(sign)) {
        return operator;
      }
    }
    throw new BadInputException(
        sign.startsWith("$")
            ? "update operator " + sign + " is not supported; use $set, $unset or $addToSet"
            : "an update takes operators only, not the plain field \""
                + sign
                + "\"; write {\"$set\": {\""
                + sign
                + "\": …}}");
  }

  private static Change change(Operator operator, String path, @Nullable Object value) {
    for (String component : path.split("\\.", -1)) {
      if (component.isEmpty()) {
        throw new BadInputException(
            operator.sign + " has the path \"" + path + "\" with an empty component");
      }
      if (component.startsWith("$")) {
        throw new BadInputException(
            operator.sign + " has the path \"" + path + "\" with the component " + component);
      }
    }
    if (operator == Operator.ADD_TO_SET) {
      return new Change(operator, path, each(path, value));
    }
    return new Change(operator, path, value);
  }

  /** One form for both: {@code {"$each": [values]}}. */
  private static Map<String, Object> each(String path, @Nullable Object value) {
    if (value instanceof Map<?, ?> map && map.containsKey("$each")) {
      if (map.size() != 1 || !(map.get("$each") instanceof List<?> values)) {
        throw new BadInputException("$addToSet at \"" + path + "\" needs {\"$each\": [values]}");
      }
      return Map.of("$each", values);
    }
    List<@Nullable Object> single = new ArrayList<>();
    single.add(value);
    return Map.of("$each", single);
  }

  static void checkConflicts(List<Change> changes) {
    for (int i = 0; i < changes.size(); i++) {
      for (int j = i + 1; j < changes.size(); j++) {
        String a = changes.get(i).path();
        String b = changes.get(j).path();
        if (a.equals(b) || a.startsWith(b + ".") || b.startsWith(a + ".")) {
          throw new BadInputException(
              "the update changes \"" + a + "\" and \"" + b + "\", which conflict");
        }
      }
    }
  }
}
