package io.modelsplitter;

import java.io.IOException;
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
 * <p>A phase may answer {@link PhaseResult#failed} or throw; either way the attempt ends with the
 * reason: for good when it throws {@link io.modelsplitter.error.BadInputException}, and otherwise
 * until the next attempt, if there is one.
 *
 * <p>The answer of each phase is kept. When the process is killed, the next attempt goes on with
 * the phase that was running, in a new splitter: so what a later phase needs goes into the answer
 * or into a file of {@link Context#scratchFolder()}, not into a field.
 */
public interface ModelSplitter extends AutoCloseable {

  /**
   * Prepares: downloads the model, makes folders. By default there is nothing to prepare.
   *
   * @return what {@link #main} gets, or a failure
   * @throws Exception why the phase failed; the task ends with its message
   */
  default PhaseResult begin() throws Exception {
    return PhaseResult.ok(Map.of());
  }

  /**
   * Splits.
   *
   * @param extraData what {@link #begin} answered
   * @return what {@link #finish} gets, or a failure
   * @throws Exception why the phase failed; the task ends with its message
   */
  PhaseResult main(Map<String, Object> extraData) throws Exception;

  /**
   * Stores and registers what was split, and cleans up. By default what {@link #main} answered is
   * the result.
   *
   * @param extraData what {@link #main} answered
   * @return the task's result
   * @throws Exception why the phase failed; the task ends with its message
   */
  default PhaseResult finish(Map<String, Object> extraData) throws Exception {
    return PhaseResult.ok(extraData);
  }

  /**
   * Whether what an earlier attempt's phase left is still there: the files that its answer names,
   * by their sizes and digests. If not, the phase runs again. By default it is.
   *
   * @param phase {@code begin}, {@code main} or {@code finish}
   * @param answer what the phase answered
   * @return whether the phase can be left out
   * @throws Exception when that cannot be told; the attempt fails with its message
   */
  default boolean isIntact(String phase, Map<String, Object> answer) throws Exception {
    return true;
  }

  /**
   * Lets go of what the splitter holds. Called once when the attempt ends; when it is told to end,
   * by another thread while a phase runs, which is interrupted then and should return soon. By
   * default there is nothing to let go of.
   */
  @Override
  default void close() throws IOException {}
}
