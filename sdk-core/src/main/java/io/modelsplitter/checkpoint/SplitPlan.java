package io.modelsplitter.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which tensor goes to which rank, and which part of it. A value: making it reads no tensor and
 * writes nothing. It checks itself: every element of every tensor is planned once, and what is
 * planned again is a stated copy ({@link Share}), of which none is missing.
 *
 * <p>Ranks are numbered stage by stage: rank {@code stage * tpDegree + tpRank}.
 *
 * @param checkpoint what is split
 * @param architecture whose names the tensors have
 * @param layers how many transformer layers the model has
 * @param tpDegree how many ranks share each layer
 * @param names every name that the model knows a tensor by, those that are tied to another one
 *     included, and which ranks must hold it
 * @param ranks the pieces, by rank
 */
public record SplitPlan(
    Checkpoint checkpoint,
    String architecture,
    int layers,
    int tpDegree,
    Map<String, Spread> names,
    List<RankPlan> ranks) {

  /** The strategy that cuts between layers. */
  public static final String PIPELINE = "pipeline_parallel";

  /** The strategy that cuts through layers; where there are more stages than one, between, too. */
  public static final String TENSOR = "tensor_parallel";

  /** Copies the collections, and checks that every tensor is accounted for. */
  public SplitPlan {
    names = Map.copyOf(names);
    ranks = List.copyOf(ranks);
    PlanCheck.check(checkpoint, tpDegree, names, ranks);
  }

  /**
   * One piece.
   *
   * @param rank its number, from 0
   * @param stage its place in the pipeline, from 0
   * @param tpRank its place among those that share the stage, from 0
   * @param firstLayer its first layer
   * @param endLayer the layer after its last one
   * @param sections what it holds, from the first place in the model to the last
   */
  public record RankPlan(
      int rank, int stage, int tpRank, int firstLayer, int endLayer, List<Section> sections) {

    /** Copies the list. */
    public RankPlan {
      sections = List.copyOf(sections);
    }

    /** All that it holds. */
    public List<TensorPart> parts() {
      return sections.stream().flatMap(section -> section.parts().stream()).toList();
    }

    /** How many bytes of tensors it holds. */
    public long bytes() {
      return parts().stream().mapToLong(TensorPart::bytes).sum();
    }

    /** How many numbers it holds. */
    public long parameters() {
      return parts().stream().mapToLong(TensorPart::elements).sum();
    }
  }

  /**
   * Plans a split.
   *
   * <p>Between layers: each stage gets a run of layers, the first also what comes before them (the
   * embeddings), the last what comes after them (the final norm and the head). Where embedding and
   * head share one tensor, each end gets it under the name that belongs there.
   *
   * <p>Through layers: projections are cut along the axis that {@code architecture} says, heads
   * whole; norms, routers and embeddings are copied to each rank of the stage; a bias that is added
   * after the ranks' sum goes to the first. A vocabulary that does not divide evenly gives ranks
   * that differ by one row.
   *
   * @throws io.modelsplitter.error.BadInputException when the model cannot be split like that; the
   *     message says how it could be
   */
  public static SplitPlan of(Checkpoint checkpoint, SplitOptions options) {
    return new SplitPlanner(checkpoint, options).plan();
  }

  /** As {@link #of}, between layers only, each rank with as many. */
  public static SplitPlan pipeline(Checkpoint checkpoint, int worldSize) {
    return of(checkpoint, SplitOptions.of(worldSize));
  }

  /** {@code pipeline_parallel} or {@code tensor_parallel}; the latter may have stages, too. */
  public String strategy() {
    return tpDegree == 1 ? PIPELINE : TENSOR;
  }

  /** How many stages the pipeline has. */
  public int stages() {
    return ranks.size() / tpDegree;
  }

  /** The files that the split makes of these ranks. */
  public List<Shard> shards(Granularity granularity, Set<Integer> wanted) {
    List<Shard> shards = new ArrayList<>();
    for (RankPlan rank : ranks) {
      if (wanted.contains(rank.rank()) && granularity == Granularity.RANK) {
        shards.add(new Shard(rank, Shard.WHOLE, rank.parts()));
      } else if (wanted.contains(rank.rank())) {
        rank.sections()
            .forEach(section -> shards.add(new Shard(rank, section.label(), section.parts())));
      }
    }
    return shards;
  }

  /** As {@link #shards(Granularity, Set)}, of all ranks. */
  public List<Shard> shards(Granularity granularity) {
    return shards(
        granularity, IntStream.range(0, ranks.size()).boxed().collect(Collectors.toSet()));
  }

  /** What the plan's files end with. */
  public String extension() {
    return checkpoint.gguf().isPresent() ? "gguf" : "safetensors";
  }

  /**
   * Writes the plan as JSON: all that merging its files needs, and nothing of this machine. The
   * stream stays open.
   */
  public void writeJson(OutputStream out) throws IOException {
    PlanJson.write(this, out);
  }

  /** The plan for a person to read. */
  public String toTable() {
    return PlanTable.of(this);
  }
}
