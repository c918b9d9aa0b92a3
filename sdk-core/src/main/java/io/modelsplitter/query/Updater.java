package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update.Change;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/**
 * Walks to the path of one change, copying only what lies on it; {@link UpdateValues} says what
 * becomes of the value there. JSON's null is Java's here. For one update, by one thread.
 */
@NullUnmarked
final class Updater {

  /** How far an index may lie beyond the end of a list, which is padded with null up to it. */
  private static final int MAX_PADDING = 1_000;

  private final Matcher matcher = new Matcher();

  Map<String, Object> apply(Change change, Map<String, Object> document) {
    return switch (change.operator()) {
      case SET_ON_INSERT -> document;
      case RENAME -> rename(change, document);
      default -> changed(change, document);
    };
  }

  @SuppressWarnings("unchecked") // a changed object is an object
  private Map<String, Object> changed(Change change, Map<String, Object> document) {
    return (Map<String, Object>) at(change, document, change.path().split("\\."), 0);
  }

  /** The value leaves its old path and is set at the new one; neither may lead through a list. */
  private Map<String, Object> rename(Change change, Map<String, Object> document) {
    String target = (String) change.value();
    Object value = valueAt(change, change.path(), document);
    valueAt(change, target, document);
    if (value == Paths.MISSING) {
      return document;
    }
    Map<String, Object> without =
        changed(new Change(UpdateOperator.UNSET, change.path(), ""), document);
    return changed(new Change(UpdateOperator.SET, target, value), without);
  }

  private static Object valueAt(Change change, String path, Map<String, Object> document) {
    Object node = document;
    for (String key : path.split("\\.", -1)) {
      if (node instanceof List<?>) {
        throw UpdateParser.bad(
            change.operator(), change.path(), "leads through the list at " + Json.show(path));
      }
      if (node == Paths.MISSING) {
        return node;
      }
      if (!(node instanceof Map<?, ?> map)) {
        throw UpdateParser.bad(
            change.operator(), change.path(), "cannot find " + Json.show(key) + " in a value");
      }
      node = map.containsKey(key) ? map.get(key) : Paths.MISSING;
    }
    return node;
  }

  private Object at(Change change, Object node, String[] path, int depth) {
    if (depth == path.length) {
      return UpdateValues.changed(change, node, matcher);
    }
    Object parent = node == Paths.MISSING ? Map.of() : node;
    if (parent instanceof Map<?, ?> map) {
      return inObject(change, map, path, depth);
    }
    if (parent instanceof List<?> list && Paths.index(path[depth]) >= 0) {
      return inList(change, list, path, depth);
    }
    if (change.operator().leavesUnreachable()) {
      return node;
    }
    throw UpdateParser.bad(
        change.operator(),
        change.path(),
        "cannot make " + Json.show(path[depth]) + " in " + Json.show(parent));
  }

  private Object inObject(Change change, Map<?, ?> map, String[] path, int depth) {
    String key = path[depth];
    boolean present = map.containsKey(key);
    if (!present && change.operator().needsValue()) {
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

  private Object inList(Change change, List<?> list, String[] path, int depth) {
    int index = Paths.index(path[depth]);
    boolean present = index < list.size();
    if (!present && change.operator().needsValue()) {
      return list;
    }
    if (index - list.size() > MAX_PADDING) {
      throw UpdateParser.bad(
          change.operator(),
          change.path(),
          "lies more than " + MAX_PADDING + " beyond the end of the list");
    }
    List<Object> copy = new ArrayList<>(list);
    while (copy.size() <= index) {
      copy.add(null);
    }
    Object child = at(change, present ? list.get(index) : Paths.MISSING, path, depth + 1);
    copy.set(index, child == Paths.MISSING ? null : child);
    return copy;
  }

  static BadInputException needs(Change change, String what, Object node) {
    return UpdateParser.bad(
        change.operator(), change.path(), "needs " + what + " there, not " + Json.show(node));
  }
}
