package io.modelsplitter.registry.embedded;

import org.jspecify.annotations.Nullable;

/**
 * All that there is, read already.
 *
 * @param <T> what a row holds
 */
record OnePage<T>(Page<T> page) implements Source<T> {

  @Override
  public Page<T> next(@Nullable Place after, int count) {
    return page;
  }

  @Override
  public boolean isQuick() {
    return true;
  }
}
