package io.modelsplitter.job;

import java.time.Duration;
import java.util.Map;

/**
 * How jobs run as processes.
 *
 * @param environment what each gets beside what its job says
 * @param attempts how often a job is tried
 * @param pause before the second attempt, and twice as long before each one after it
 * @param grace how long a process may take to end when it is told to
 */
record ProcessSettings(
    Map<String, String> environment, int attempts, Duration pause, Duration grace) {}
