package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.List;

/** A statement that is being put together. Text comes from this package only, values are bound. */
final class Sql {
  private final StringBuilder text = new StringBuilder();
  private final List<Object> values = new ArrayList<>();

  /** Adds text of ours. */
  Sql add(String sql) {
    text.append(sql);
    return this;
  }

  /** Adds all of another one. */
  Sql add(Sql other) {
    text.append(other.text);
    values.addAll(other.values);
    return this;
  }

  /** Adds a parameter with this value. */
  Sql bind(Object value) {
    values.add(value);
    text.append('?');
    return this;
  }

  /** With a question mark for each of the {@link #values}. */
  String text() {
    return text.toString();
  }

  List<Object> values() {
    return values;
  }
}
