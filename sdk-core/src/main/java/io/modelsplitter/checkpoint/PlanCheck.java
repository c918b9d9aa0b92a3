package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.SplitPlan.RankPlan;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a plan accounts for every element of a checkpoint exactly once, and that every copy
 * is there that some rank needs.
 */
final class PlanCheck {

  private PlanCheck() {}

  static void check(
      Checkpoint checkpoint, int tpDegree, Map<String, Spread> names, List<RankPlan> ranks) {
    checkOwn(checkpoint, ranks);
    checkCopies(tpDegree, names, ranks);
  }

  private static void checkOwn(Checkpoint checkpoint, List<RankPlan> ranks) {
    Map<String, Coverage> coverages = new HashMap<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      if (ranks.get(rank).rank() != rank) {
        throw wrong("rank " + ranks.get(rank).rank() + " stands at place " + rank);
      }
      Set<String> names = new HashSet<>();
      for (TensorPart part : ranks.get(rank).parts()) {
        if (!names.add(part.name())) {
          throw wrong("rank %d has %s twice".formatted(rank, Json.show(part.name())));
        }
        if (!part.tensor().equals(checkpoint.tensors().get(part.tensor().name()))) {
          throw wrong(
              "rank %d has %s, which is not of the checkpoint"
                  .formatted(rank, Json.show(part.name())));
        }
        if (part.share() == Share.OWN || part.share() == Share.SHARED_HEADS) {
          coverages
              .computeIfAbsent(part.tensor().name(), name -> new Coverage(part.tensor()))
              .add(part, part.share() == Share.SHARED_HEADS);
        }
      }
    }
    for (Tensor tensor : checkpoint.tensors().values()) {
      Coverage coverage = coverages.get(tensor.name());
      if (coverage == null || !coverage.isWhole()) {
        throw wrong("not all of the tensor " + Json.show(tensor.name()) + " is on a rank");
      }
    }
  }

  private static void checkCopies(int degree, Map<String, Spread> names, List<RankPlan> ranks) {
    if (degree < 1 || ranks.size() % degree != 0) {
      throw wrong("%d ranks are no stages of %d".formatted(ranks.size(), degree));
    }
    int count = ranks.size() / degree;
    Map<String, Integer> stages = new HashMap<>();
    for (int stage = 0; stage < count; stage++) {
      Map<String, Held> held = new HashMap<>();
      for (RankPlan rank : ranks.subList(stage * degree, (stage + 1) * degree)) {
        for (TensorPart part : rank.parts()) {
          held.computeIfAbsent(part.name(), name -> new Held()).add(part);
        }
      }
      for (Map.Entry<String, Held> entry : held.entrySet()) {
        Spread spread = names.get(entry.getKey());
        if (spread == null) {
          throw wrong("the model knows no tensor as " + Json.show(entry.getKey()));
        }
        if (spread != Spread.ONCE && !entry.getValue().isByAll(degree)) {
          throw wrong(
              "a rank of stage %d lacks its part or copy of %s"
                  .formatted(stage, Json.show(entry.getKey())));
        }
        stages.merge(entry.getKey(), 1, Integer::sum);
      }
    }
    names.forEach(
        (name, spread) -> {
          int found = stages.getOrDefault(name, 0);
          if (found == 0 || (spread == Spread.EVERY_STAGE && found < count)) {
            throw wrong("a stage lacks its copy of " + Json.show(name));
          }
        });
  }

  /** What the ranks of a stage hold of a tensor by one name. */
  private static final class Held {
    private int ranks;
    private @Nullable Coverage cuts;

    void add(TensorPart part) {
      ranks++;
      if (part.cut().isPresent()) {
        Coverage coverage = cuts == null ? new Coverage(part.tensor()) : cuts;
        cuts = coverage;
        coverage.add(part, true);
      }
    }

    boolean isByAll(int degree) {
      return ranks == degree && (cuts == null || cuts.isWhole());
    }
  }

  private static BadInputException wrong(String what) {
    return new BadInputException("the plan does not add up: " + what);
  }

  /** What of a tensor some rank has: runs of indices along the one axis that it is cut along. */
  private static final class Coverage {
    private final Tensor tensor;
    private final TreeMap<Long, Long> runs = new TreeMap<>(); // begin to end
    private @Nullable Integer axis;
    private boolean isTakenWhole;

    Coverage(Tensor tensor) {
      this.tensor = tensor;
    }

    void add(TensorPart part, boolean mayRepeat) {
      if (part.cut().isEmpty()) {
        if (isTakenWhole || axis != null) {
          throw twice();
        }
        isTakenWhole = true;
        return;
      }
      Cut cut = part.cut().get();
      if (isTakenWhole || (axis != null && axis != cut.axis())) {
        throw twice();
      }
      axis = cut.axis();
      for (Cut.Piece piece : cut.pieces()) {
        add(piece.from(), piece.to(), mayRepeat);
      }
    }

    private void add(long from, long to, boolean mayRepeat) {
      long begin = from;
      long end = to;
      Map.Entry<Long, Long> run = runs.lowerEntry(to);
      while (run != null && run.getValue() >= begin) {
        if (run.getValue() > begin && !mayRepeat) {
          throw twice();
        }
        begin = Math.min(begin, run.getKey());
        end = Math.max(end, run.getValue());
        runs.remove(run.getKey());
        run = runs.lowerEntry(end);
      }
      runs.put(begin, end);
    }

    private BadInputException twice() {
      return wrong("a part of the tensor " + Json.show(tensor.name()) + " is planned twice");
    }

    /** Runs that touch need not have been joined, when the later one was added first. */
    boolean isWhole() {
      if (axis == null) {
        return isTakenWhole;
      }
      long next = 0;
      for (Map.Entry<Long, Long> run : runs.entrySet()) {
        if (run.getKey() != next) {
          return false;
        }
        next = run.getValue();
      }
      return next == tensor.shape().get(axis);
    }
  }
}
