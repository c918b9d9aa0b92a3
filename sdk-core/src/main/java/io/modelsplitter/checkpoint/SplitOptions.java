package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.List;
import java.util.Map;

/**
 * How a checkpoint is to be split. Immutable.
 *
 * <pre>{@code
 * SplitPlan plan = SplitPlan.of(checkpoint, SplitOptions.of(8).tensorParallel(2));
 * }</pre>
 *
 * @param worldSize how many ranks in all, 1 or more
 * @param tpDegree how many ranks share each layer; the pipeline has {@code worldSize / tpDegree}
 *     stages
 * @param balance how layers are dealt to the stages
 * @param layers how many layers each stage gets, instead; empty to go by the balance
 * @param architectureRules a rule file, as {@code llama.json} beside this class; empty to go by the
 *     tensors' names
 * @param modelConfig what is used before {@code config.json}, for a checkpoint that has none
 */
public record SplitOptions(
    int worldSize,
    int tpDegree,
    Balance balance,
    List<Integer> layers,
    Map<String, Object> architectureRules,
    Map<String, Object> modelConfig) {

  private static final int MAX_TP_DEGREE = 1_024;

  /** How layers are dealt to the stages of the pipeline. */
  public enum Balance {
    /** As many to each; the middle ones get what is left over. */
    LAYERS,

    /** So that the largest stage is as small as can be, embedding and head included. */
    BYTES
  }

  /**
   * Checks the numbers, and copies the rest.
   *
   * @param worldSize see {@link #worldSize}
   * @param tpDegree see {@link #tpDegree}
   * @param balance see {@link #balance}
   * @param layers see {@link #layers}
   * @param architectureRules see {@link #architectureRules}
   * @param modelConfig see {@link #modelConfig}
   */
  public SplitOptions {
    if (worldSize < 1) {
      throw new BadInputException("world_size must be 1 or more, not " + worldSize);
    }
    if (tpDegree < 1 || worldSize % tpDegree != 0) {
      throw new BadInputException(
          ("tp_degree %d must divide world_size %d: tp_degree times the pipeline's stages is the"
                  + " world_size")
              .formatted(tpDegree, worldSize));
    }
    if (tpDegree > MAX_TP_DEGREE) {
      throw new BadInputException(
          "tp_degree %d is more than %d, and than any model has heads"
              .formatted(tpDegree, MAX_TP_DEGREE));
    }
    if (!layers.isEmpty() && layers.size() != worldSize / tpDegree) {
      throw new BadInputException(
          "layers is for %d stages, but world_size %d with tp_degree %d makes %d"
              .formatted(layers.size(), worldSize, tpDegree, worldSize / tpDegree));
    }
    for (int count : layers) {
      if (count < 1) {
        throw new BadInputException("layers must give each stage 1 or more, not " + layers);
      }
    }
    layers = List.copyOf(layers);
    architectureRules = Json.copyOf("architecture_rules", architectureRules);
    modelConfig = Json.copyOf("model_config", modelConfig);
  }

  /**
   * {@return a pipeline of so many ranks, each with as many layers}
   *
   * @param worldSize how many ranks the model is split for, 1 or more
   */
  public static SplitOptions of(int worldSize) {
    return new SplitOptions(worldSize, 1, Balance.LAYERS, List.of(), Map.of(), Map.of());
  }

  /**
   * With so many ranks that share each layer.
   *
   * @param degree how many, 1 or more; divides the world size
   * @return the same options but for this
   */
  public SplitOptions tensorParallel(int degree) {
    return new SplitOptions(worldSize, degree, balance, layers, architectureRules, modelConfig);
  }

  /** {@return how many stages the pipeline has} */
  public int stages() {
    return worldSize / tpDegree;
  }

  /**
   * Reads a job's {@code model_split_config}. Keys of others are left alone.
   *
   * <table>
   * <caption>Keys</caption>
   * <tr><td>{@code split_strategy}</td><td>{@code pipeline_parallel}, the default, or {@code
   *     tensor_parallel}</td></tr>
   * <tr><td>{@code tp_degree}</td><td>by default 1, and with {@code tensor_parallel} the world
   *     size; what divides the world size makes both, a pipeline of tensor-parallel stages</td></tr>
   * <tr><td>{@code balance}</td><td>{@code layers}, the default, or {@code bytes}</td></tr>
   * <tr><td>{@code layers}</td><td>how many layers each stage gets, {@code [5, 6, 6, 5]}, or which,
   *     {@code [[0, 1], [2, 3]]}</td></tr>
   * <tr><td>{@code architecture_rules}</td><td>a rule file's object</td></tr>
   * <tr><td>{@code model_config}</td><td>fields that go before those of {@code config.json}</td></tr>
   * </table>
   *
   * @param worldSize how many ranks the model is split for, 1 or more
   * @param config the object as JSON gives it
   * @return the options
   * @throws BadInputException names the key that is wrong
   */
  public static SplitOptions fromConfig(int worldSize, Map<String, Object> config) {
    return new SplitConfigReader(worldSize, config).read();
  }
}
