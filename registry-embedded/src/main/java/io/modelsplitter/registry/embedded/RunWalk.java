package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All documents in the order of several keys: along the index of the first one, and where some
 * share it, by the other keys among these.
 *
 * @param <T> what a row holds
 */
final class RunWalk<T> implements Source<T> {
  private final IndexWalk<T> walk;
  private final Function<Plan, Source<T>> sorted;

  /**
   * @param sorted what a plan finds in the order of all keys
   */
  RunWalk(IndexWalk<T> walk, Function<Plan, Source<T>> sorted) {
    this.walk = walk;
    this.sorted = sorted;
  }

  @Override
  public boolean isQuick() {
    return true;
  }

  @Override
  public Page<T> next(@Nullable Place after, int count) {
    List<Place> places = new ArrayList<>();
    if (after != null) {
      Page<T> rest = run(after, after, count);
      places.addAll(rest.places());
      if (!rest.isLast()) {
        return new Page<>(places, false, Map.of());
      }
    }
    Place last = after;
    while (places.size() < count) {
      Optional<Place> ahead = walk.beyond(last);
      if (ahead.isEmpty()) {
        return new Page<>(places, true, Map.of());
      }
      last = ahead.get();
      Page<T> run = run(last, null, count);
      places.addAll(run.places());
      if (!run.isLast()) {
        break; // the next page goes on in this run
      }
    }
    return new Page<>(places, false, Map.of());
  }

  /** Of the documents that share the first key of one, those after a place. */
  private Page<T> run(Place one, @Nullable Place after, int count) {
    return sorted.apply(walk.run(one.keys().get(0))).next(after, count);
  }
}
