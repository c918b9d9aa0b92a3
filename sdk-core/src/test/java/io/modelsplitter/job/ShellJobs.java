package io.modelsplitter.job;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Launches jobs as real processes of a shell, which Windows does not have. */
@Timeout(60)
abstract class ShellJobs {
  @TempDir Path folder;

  final BlockingQueue<JobState> states = new LinkedBlockingQueue<>();
  final List<ProcessJobLauncher> launchers = new ArrayList<>();

  @AfterEach
  void close() {
    launchers.forEach(ProcessJobLauncher::close);
  }

  ProcessJobLauncher.Builder builder(String script) {
    return ProcessJobLauncher.builder(folder.resolve("jobs"))
        .image("image", List.of("sh", "-c", script))
        .environment(Map.of("PATH", "/usr/bin:/bin", "KEY", "given"))
        .pause(Duration.ofMillis(1))
        .grace(Duration.ofSeconds(10));
  }

  ProcessJobLauncher watched(ProcessJobLauncher.Builder builder) {
    ProcessJobLauncher launcher = builder.build();
    launchers.add(launcher);
    launcher.watch((taskId, state) -> states.add(state));
    return launcher;
  }

  ProcessJobLauncher launch(String script) {
    ProcessJobLauncher launcher = watched(builder(script));
    launcher.launch(spec("t1"));
    return launcher;
  }

  static JobSpec spec(String taskId) {
    return new JobSpec(
        taskId, "image", "1Ki", Map.of("model_name", "gpt2"), Map.of("BLOCK_DB_URL", "http://x"));
  }

  static JobSpec spec(String taskId, Map<String, String> environment) {
    return new JobSpec(taskId, "image", "1Ki", Map.of(), environment);
  }

  JobState await(Predicate<JobState> condition) throws InterruptedException {
    while (true) {
      JobState state = states.poll(30, TimeUnit.SECONDS);
      if (condition.test(Objects.requireNonNull(state, "nothing more was heard"))) {
        return state;
      }
    }
  }

  JobState awaitEnd() throws InterruptedException {
    return await(state -> state.phase().isFinal());
  }

  Path gate() throws Exception {
    Path gate = folder.resolve("gate");
    assertEquals(0, new ProcessBuilder("mkfifo", gate.toString()).start().waitFor());
    return gate;
  }
}
