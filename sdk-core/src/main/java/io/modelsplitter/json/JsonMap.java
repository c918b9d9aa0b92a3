package io.modelsplitter.json;

import java.util.AbstractMap;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.NullUnmarked;

/**
 * An object that holds nothing but what JSON can, and cannot be changed: who is to keep a copy
 * keeps this one.
 */
@NullUnmarked
final class JsonMap extends AbstractMap<String, Object> {
  private final Map<String, Object> fields;
  private final int height;

  /**
   * @param fields copied values, which nobody changes any more
   */
  JsonMap(Map<String, Object> fields) {
    int highest = 0;
    for (Object value : fields.values()) {
      highest = Math.max(highest, height(value));
    }
    this.fields = Collections.unmodifiableMap(fields);
    this.height = highest + 1;
  }

  /** How many objects and lists lie within one another; 0 for what is neither. */
  static int height(Object copied) {
    if (copied instanceof JsonMap map) {
      return map.height;
    }
    return copied instanceof JsonList list ? list.height() : 0;
  }

  @Override
  public Object get(Object key) {
    return fields.get(key);
  }

  @Override
  public boolean containsKey(Object key) {
    return fields.containsKey(key);
  }

  @Override
  public int size() {
    return fields.size();
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return fields.entrySet();
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super Object> action) {
    fields.forEach(action);
  }
}
