package io.modelsplitter.checkpoint;

import java.util.List;

/**
 * Which tensor goes to which rank. A value: making it reads no tensor and writes nothing.
 *
 * @param layers how many transformer layers the model has
 * @param ranks the pieces, by rank
 */
public record SplitPlan(int layers, List<RankPlan> ranks) {

  /** Copies the list. */
  public SplitPlan {
    ranks = List.copyOf(ranks);
  }

  /**
   * One piece.
   *
   * @param rank its place in the pipeline, from 0
   * @param firstLayer its first layer
   * @param endLayer the layer after its last one
   * @param tensors what it holds, under the names that it holds them by
   */
  public record RankPlan(int rank, int firstLayer, int endLayer, List<Tensor> tensors) {

    /** Copies the list. */
    public RankPlan {
      tensors = List.copyOf(tensors);
    }

    /** How many bytes of tensors it holds. */
    public long bytes() {
      return tensors.stream().mapToLong(Tensor::bytes).sum();
    }

    /** How many numbers it holds. */
    public long parameters() {
      return tensors.stream().mapToLong(Tensor::elements).sum();
    }
  }

  /**
   * Plans a pipeline-parallel split: each rank gets a run of layers, the first also what comes
   * before them (the embeddings), the last what comes after them (the final norm and the head). Of
   * layers that do not divide evenly the middle ranks get one more: 22 over 4 are 5, 6, 6 and 5.
   *
   * <p>Where embedding and head share one tensor, each end gets it under the name that belongs
   * there.
   *
   * @param worldSize how many ranks, from 1 to the number of layers
   * @throws io.modelsplitter.error.BadInputException when there are more ranks than layers, or the
   *     tensors are not those of a model that is known
   */
  public static SplitPlan pipeline(Checkpoint checkpoint, int worldSize) {
    return new PipelinePlanner(checkpoint).plan(worldSize);
  }
}
