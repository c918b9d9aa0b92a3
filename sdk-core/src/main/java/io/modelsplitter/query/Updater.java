package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** Applies one change, copying only what lies on its path. JSON's null is Java's here. */
@NullUnmarked
final class Updater {

  /** How far an index may lie beyond the end of a list, which is padded with null up to it. */
  private static final int MAX_PADDING = 1_000;

  private Updater() {}

  @SuppressWarnings("unchecked") // a changed object is an object
  static Map<String, Object> apply(Change change, Map<String, Object> document) {
    return (Map<String, Object>) at(change, document, change.path().split("\\."), 0);
  }

  private static Object at(Change change, Object node, String[] path, int depth) {
    if (depth == path.length) {
      return end(change, node);
    }
    if (node == Paths.MISSING) {
      node = Map.of();
    }
    if (node instanceof Map<?, ?> map) {
      return inObject(change, map, path, depth);
    }
    if (node instanceof List<?> list && Paths.index(path[depth]) >= 0) {
      return inList(change, list, path, depth);
    }
    if (change.operator() == Update.Operator.UNSET) {
      return node;
    }
    throw new BadInputException(
        change.operator().sign
            + " cannot make \""
            + path[depth]
            + "\" of the path \""
            + change.path()
            + "\" in "
            + Json.show(node));
  }

  private static Object inObject(Change change, Map<?, ?> map, String[] path, int depth) {
    String key = path[depth];
    boolean present = map.containsKey(key);
    if (change.operator() == Update.Operator.UNSET && !present) {
      return map;
    }
    Map<Object, Object> copy = new LinkedHashMap<>(map);
    Object child = at(change, present ? map.get(key) : Paths.MISSING, path, depth + 1);
    if (child == Paths.MISSING) {
      copy.remove(key);
    } else {
      copy.put(key, child);
    }
    return copy;
  }

  private static Object inList(Change change, List<?> list, String[] path, int depth) {
    int index = Paths.index(path[depth]);
    boolean present = index < list.size();
    if (change.operator() == Update.Operator.UNSET && !present) {
      return list;
    }
    if (index - list.size() > MAX_PADDING) {
      throw new BadInputException(
          change.operator().sign
              + " at \""
              + change.path()
              + "\" lies more than "
              + MAX_PADDING
              + " beyond the end of the list");
    }
    List<Object> copy = new ArrayList<>(list);
    while (copy.size() <= index) {
      copy.add(null);
    }
    Object child = at(change, present ? list.get(index) : Paths.MISSING, path, depth + 1);
    copy.set(index, child == Paths.MISSING ? null : child);
    return copy;
  }

  private static Object end(Change change, Object node) {
    return switch (change.operator()) {
      case SET -> change.value();
      case UNSET -> Paths.MISSING;
      case ADD_TO_SET -> addToSet(change, node);
    };
  }

  private static Object addToSet(Change change, Object node) {
    if (node != Paths.MISSING && !(node instanceof List<?>)) {
      throw new BadInputException(
          "$addToSet needs a list at \"" + change.path() + "\", not " + Json.show(node));
    }
    List<Object> copy = node instanceof List<?> list ? new ArrayList<>(list) : new ArrayList<>();
    for (Object value : (List<?>) ((Map<?, ?>) change.value()).get("$each")) {
      if (copy.stream().noneMatch(element -> Values.equal(element, value))) {
        copy.add(value);
      }
    }
    return copy;
  }
}
