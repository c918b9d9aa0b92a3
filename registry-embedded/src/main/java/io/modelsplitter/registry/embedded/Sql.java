package io.modelsplitter.registry.embedded;

import java.util.LinkedHashMap;
import java.util.Map;

/** A statement that is being put together. Text comes from this package only, values are bound. */
final class Sql {
  private final StringBuilder text = new StringBuilder();
  private final Map<String, Object> bindings = new LinkedHashMap<>();

  /** Adds text of ours. */
  Sql add(String sql) {
    text.append(sql);
    return this;
  }

  /** Adds a parameter with this value. */
  Sql bind(Object value) {
    String name = "p" + bindings.size();
    bindings.put(name, value);
    text.append(':').append(name);
    return this;
  }

  String text() {
    return text.toString();
  }

  Map<String, Object> bindings() {
    return bindings;
  }
}
