package io.modelsplitter;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * How an attempt reports, from the environment.
 *
 * @param attemptsLeft how many more attempts there will be when this one fails, from {@code
 *     TASK_ATTEMPTS_LEFT}; 0 where nobody says
 * @param deadline how long a report of the end is repeated, from {@code
 *     MODEL_SPLITTER_REPORT_SECONDS}; 300 by default
 * @param heartbeat how often the task hears of an attempt that says nothing, from {@code
 *     MODEL_SPLITTER_HEARTBEAT_SECONDS}; 30 by default
 * @param grace how long an attempt that is told to end may take, from {@code
 *     MODEL_SPLITTER_GRACE_SECONDS}; 25 by default, as Kubernetes kills after 30
 * @param terminationLog where to leave what cannot be reported, from {@code
 *     MODEL_SPLITTER_TERMINATION_LOG}; {@code /dev/termination-log} by default
 */
record AttemptSettings(
    int attemptsLeft, Duration deadline, Duration heartbeat, Duration grace, Path terminationLog) {

  static AttemptSettings from(Map<String, String> environment) {
    return new AttemptSettings(
        number(environment, "TASK_ATTEMPTS_LEFT", 0, 0),
        Duration.ofSeconds(number(environment, "MODEL_SPLITTER_REPORT_SECONDS", 1, 300)),
        Duration.ofSeconds(number(environment, "MODEL_SPLITTER_HEARTBEAT_SECONDS", 1, 30)),
        Duration.ofSeconds(number(environment, "MODEL_SPLITTER_GRACE_SECONDS", 1, 25)),
        Path.of(
            environment.getOrDefault("MODEL_SPLITTER_TERMINATION_LOG", "/dev/termination-log")));
  }

  private static int number(Map<String, String> environment, String name, int least, int missing) {
    String text = environment.get(name);
    if (text == null || text.isBlank()) {
      return missing;
    }
    if (!text.strip().matches("[0-9]{1,6}") || Integer.parseInt(text.strip()) < least) {
      throw new BadInputException(
          name + " must be a number from " + least + " to 999999, not " + Json.show(text));
    }
    return Integer.parseInt(text.strip());
  }
}
