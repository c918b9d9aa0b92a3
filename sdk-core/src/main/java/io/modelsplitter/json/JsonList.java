package io.modelsplitter.json;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.NullUnmarked;

/** A list as {@link JsonMap} is an object. */
@NullUnmarked
final class JsonList extends AbstractList<Object> implements RandomAccess {
  private final Object[] elements;
  private final int height;

  /**
   * @param elements copied values
   */
  JsonList(List<Object> elements) {
    int highest = 0;
    for (Object element : elements) {
      highest = Math.max(highest, JsonMap.height(element));
    }
    this.elements = elements.toArray();
    this.height = highest + 1;
  }

  int height() {
    return height;
  }

  @Override
  public Object get(int index) {
    return elements[index];
  }

  @Override
  public int size() {
    return elements.length;
  }
}
