package io.modelsplitter.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks into objects of the cluster by path; what is not there, or is something else, is null. */
final class Fields {
  private Fields() {}

  static @Nullable Object at(Map<String, Object> object, String... path) {
    Object value = object;
    for (String name : path) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return value;
  }

  static @Nullable String text(Map<String, Object> object, String... path) {
    return at(object, path) instanceof String text ? text : null;
  }

  static @Nullable Integer number(Map<String, Object> object, String... path) {
    return at(object, path) instanceof Integer number ? number : null;
  }

  /** The object there; empty where there is none. */
  @SuppressWarnings("unchecked") // JSON has no other keys
  static Map<String, Object> object(Map<String, Object> object, String... path) {
    return at(object, path) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }

  /** The objects of a list; empty where there is none. */
  @SuppressWarnings("unchecked") // JSON has no other keys
  static List<Map<String, Object>> objects(Map<String, Object> object, String... path) {
    List<Map<String, Object>> objects = new ArrayList<>();
    if (at(object, path) instanceof List<?> list) {
      for (Object each : list) {
        if (each instanceof Map<?, ?> map) {
          objects.add((Map<String, Object>) map);
        }
      }
    }
    return objects;
  }

  /** The object's condition of a type that holds, or null. */
  static @Nullable Map<String, Object> condition(
      Map<String, Object> object, String type, String status) {
    for (Map<String, Object> condition : objects(object, "status", "conditions")) {
      if (type.equals(condition.get("type")) && status.equals(condition.get("status"))) {
        return condition;
      }
    }
    return null;
  }
}
