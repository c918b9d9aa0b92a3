package io.modelsplitter;

import java.util.Map;

/**
 * A splitter: three phases, each called once, in this order, by one thread.
 *
 * <pre>{@code
 * public static void main(String[] args) {
 *   ModelSplitterExecutor.execute(MySplitter::new); // MySplitter(Context context)
 * }
 * }</pre>
 *
 * <p>A phase may answer {@link PhaseResult#failed} or throw; either way the task ends as failed
 * with the reason.
 */
public interface ModelSplitter {

  /** Prepares: downloads the model, makes folders. By default there is nothing to prepare. */
  default PhaseResult begin() throws Exception {
    return PhaseResult.ok(Map.of());
  }

  /**
   * Splits.
   *
   * @param extraData what {@link #begin} answered
   */
  PhaseResult main(Map<String, Object> extraData) throws Exception;

  /**
   * Stores and registers what was split, and cleans up. By default what {@link #main} answered is
   * the result.
   *
   * @param extraData what {@link #main} answered
   * @return the task's result
   */
  default PhaseResult finish(Map<String, Object> extraData) throws Exception {
    return PhaseResult.ok(extraData);
  }
}
