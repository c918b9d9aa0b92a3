package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All documents in the order of several keys: along the index of the first one, and where some
 * share it, by the other keys among these.
 */
final class RunWalk implements Source {
  private final IndexWalk walk;
  private final Function<Plan, Source> sorted;

  /**
   * @param sorted what a plan finds in the order of all keys
   */
  RunWalk(IndexWalk walk, Function<Plan, Source> sorted) {
    this.walk = walk;
    this.sorted = sorted;
  }

  @Override
  public boolean isQuick() {
    return true;
  }

  @Override
  public Page next(@Nullable Place after, int count) {
    List<Place> places = new ArrayList<>();
    if (after != null) {
      Page rest = sorted.apply(walk.run(after.keys().get(0))).next(after, count);
      if (!rest.isLast()) {
        return new Page(rest.places(), false);
      }
      places.addAll(rest.places());
    }
    Place last = after;
    while (places.size() < count) {
      Page ahead = walk.beyond(last, 1);
      if (ahead.places().isEmpty()) {
        return new Page(places, true);
      }
      last = ahead.places().get(0);
      Page run = sorted.apply(walk.run(last.keys().get(0))).next(null, count);
      places.addAll(run.places());
      if (!run.isLast()) {
        break; // the next page goes on in this run
      }
    }
    return new Page(places, false);
  }
}
