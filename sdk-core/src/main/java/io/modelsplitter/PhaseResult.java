package io.modelsplitter;

import io.modelsplitter.json.Json;
import java.util.Map;

/** What a phase answers: data for the next phase, or why it failed. */
public sealed interface PhaseResult {

  /**
   * The phase succeeded.
   *
   * @param data goes to the next phase; the last phase's is the task's result
   */
  record Ok(Map<String, Object> data) implements PhaseResult {
    /**
     * Copies the data.
     *
     * @param data see {@link #data}
     */
    public Ok {
      data = Json.copyOf("phase data", data);
    }
  }

  /**
   * The phase failed.
   *
   * @param error one line for the person who reads the task
   */
  record Failed(String error) implements PhaseResult {}

  /**
   * Success, with data that JSON can hold.
   *
   * @param data what the next phase gets; the last one's is the result of the task
   * @return the success
   */
  static PhaseResult ok(Map<String, Object> data) {
    return new Ok(data);
  }

  /**
   * Failure; the task ends with this error.
   *
   * @param error one line for the person who reads the task
   * @return the failure
   */
  static PhaseResult failed(String error) {
    return new Failed(error);
  }
}
