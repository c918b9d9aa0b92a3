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

  /**
   * Copies the collections, and checks that every tensor is accounted for.
   *
   * @param checkpoint see {@link #checkpoint}
   * @param architecture see {@link #architecture}
   * @param layers see {@link #layers}
   * @param tpDegree see {@link #tpDegree}
   * @param names see {@link #names}
   * @param ranks see {@link #ranks}
   */
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

    /**
     * Copies the list.
     *
     * @param rank see {@link #rank}
     * @param stage see {@link #stage}
     * @param tpRank see {@link #tpRank}
     * @param firstLayer see {@link #firstLayer}
     * @param endLayer see {@link #endLayer}
     * @param sections see {@link #sections}
     */
    public RankPlan {
      sections = List.copyOf(sections);
    }

    /** {@return all that it holds} */
    public List<TensorPart> parts() {
      return sections.stream().flatMap(section -> section.parts().stream()).toList();
    }

    /** {@return how many bytes of tensors it holds} */
    public long bytes() {
      return parts().stream().mapToLong(TensorPart::bytes).sum();
    }

    /** {@return how many numbers it holds} */
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
   * @param checkpoint the opened checkpoint
   * @param options into how many ranks, and how
   * @return the plan; nothing is written yet
   * @throws io.modelsplitter.error.BadInputException when the model cannot be split like that; the
   *     message says how it could be
   */
  public static SplitPlan of(Checkpoint checkpoint, SplitOptions options) {
    return new SplitPlanner(checkpoint, options).plan();
  }

  /**
   * As {@link #of}, between layers only, each rank with as many.
   *
   * @param checkpoint the opened checkpoint
   * @param worldSize how many ranks the model is split for, 1 or more
   * @return the plan
   */
  public static SplitPlan pipeline(Checkpoint checkpoint, int worldSize) {
    return of(checkpoint, SplitOptions.of(worldSize));
  }

  /**
   * {@return {@code pipeline_parallel} or {@code tensor_parallel}; the latter may have stages, too}
   */
  public String strategy() {
    return tpDegree == 1 ? PIPELINE : TENSOR;
  }

  /** {@return how many stages the pipeline has} */
  public int stages() {
    return ranks.size() / tpDegree;
  }

  /**
   * {@return the files that the split makes of these ranks}
   *
   * @param granularity a file for each rank, or one for each layer of a rank
   * @param wanted the ranks, from 0
   */
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

  /**
   * As {@link #shards(Granularity, Set)}, of all ranks.
   *
   * @param granularity a file for each rank, or one for each layer of a rank
   * @return the files, in the order of the ranks
   */
  public List<Shard> shards(Granularity granularity) {
    return shards(
        granularity, IntStream.range(0, ranks.size()).boxed().collect(Collectors.toSet()));
  }

  /** {@return what the plan's files end with} */
  public String extension() {
    return checkpoint.gguf().isPresent() ? "gguf" : "safetensors";
  }

  /**
   * Writes the plan as JSON: all that merging its files needs, and nothing of this machine. The
   * stream stays open.
   *
   * @param out where to; UTF-8
   * @throws IOException when the stream cannot be written
   */
  public void writeJson(OutputStream out) throws IOException {
    PlanJson.write(this, out);
  }

  /** {@return the plan for a person to read} */
  public String toTable() {
    return PlanTable.of(this);
  }
}
