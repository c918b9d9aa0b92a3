package io.modelsplitter.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.JobState.Phase;
import io.modelsplitter.job.JobState.Pod;
import java.io.IOException;
import java.nio.file.Files;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Jobs as real processes of a shell, which Windows does not have. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class ProcessJobLauncherTest {
  @TempDir Path folder;

  private final BlockingQueue<JobState> states = new LinkedBlockingQueue<>();
  private final List<ProcessJobLauncher> launchers = new ArrayList<>();

  @AfterEach
  void close() {
    launchers.forEach(ProcessJobLauncher::close);
  }

  private ProcessJobLauncher.Builder builder(String script) {
    return ProcessJobLauncher.builder(folder.resolve("jobs"))
        .image("image", List.of("sh", "-c", script))
        .environment(Map.of("PATH", "/usr/bin:/bin", "KEY", "given"))
        .pause(Duration.ofMillis(1))
        .grace(Duration.ofSeconds(10));
  }

  private ProcessJobLauncher watched(ProcessJobLauncher.Builder builder) {
    ProcessJobLauncher launcher = builder.build();
    launchers.add(launcher);
    launcher.watch((taskId, state) -> states.add(state));
    return launcher;
  }

  private ProcessJobLauncher launch(String script) {
    ProcessJobLauncher launcher = watched(builder(script));
    launcher.launch(spec("t1"));
    return launcher;
  }

  private static JobSpec spec(String taskId) {
    return new JobSpec(
        taskId, "image", "1Ki", Map.of("model_name", "gpt2"), Map.of("BLOCK_DB_URL", "http://x"));
  }

  private JobState await(Predicate<JobState> condition) throws InterruptedException {
    while (true) {
      JobState state = states.poll(30, TimeUnit.SECONDS);
      if (condition.test(Objects.requireNonNull(state, "nothing more was heard"))) {
        return state;
      }
    }
  }

  private JobState awaitEnd() throws InterruptedException {
    return await(state -> state.phase().isFinal());
  }

  @Test
  void launch_process_hasTheEnvironmentOfAContainer() throws Exception {
    ProcessJobLauncher launcher = launch("env; echo end >&2");
    assertEquals(
        new JobState(
            Phase.SUCCEEDED, null, null, List.of(new Pod("t1-1", Phase.SUCCEEDED, null, 0))),
        awaitEnd());
    String log = launcher.logs("t1", 10_000);
    for (String line :
        List.of(
            "TASK_ID=t1",
            "TASK_DATA={\"model_name\":\"gpt2\"}",
            "TASK_ATTEMPTS_LEFT=2",
            "BLOCK_DB_URL=http://x",
            "KEY=given",
            "MODEL_SPLITTER_WORK_FOLDER=" + folder.resolve("jobs/t1/work"),
            "end")) {
      assertTrue(log.lines().anyMatch(line::equals), () -> line + " is not in " + log);
    }
    assertFalse(log.contains("JAVA_HOME"), log);
    assertEquals("end\n", launcher.logs("t1", 4));
    assertEquals(Map.of("t1", launcher.state("t1")), launcher.jobs());
  }

  @Test
  void launch_failure_isTriedAgainInTheSameFolder() throws Exception {
    launch("echo x >> tries; [ $(wc -l < tries) = 2 ] || exit 75");
    JobState again = await(state -> state.phase() == Phase.PENDING);
    assertEquals("Error", again.reason());
    assertEquals("it ended with exit code 75", again.message());
    JobState end = awaitEnd();
    assertEquals(Phase.SUCCEEDED, end.phase());
    assertEquals(List.of(75, 0), end.pods().stream().map(Pod::exitCode).toList());
    try (Stream<Path> left = Files.list(folder.resolve("jobs/t1"))) {
      assertFalse(left.anyMatch(path -> path.endsWith("work") || path.endsWith("tmp")));
    }
  }

  @Test
  void launch_failureWithoutEnd_isOverAfterTheLastAttempt() throws Exception {
    ProcessJobLauncher launcher = launch("echo left $TASK_ATTEMPTS_LEFT; exit 1");
    JobState end = awaitEnd();
    assertEquals(Phase.FAILED, end.phase());
    assertEquals("it ended with exit code 1: left 0", end.message());
    assertEquals(3, end.pods().size());
    assertEquals("left 0\n", launcher.logs("t1", 100));
  }

  @Test
  void launch_badInput_isNotTriedAgain() throws Exception {
    launch("echo what went wrong > \"$MODEL_SPLITTER_TERMINATION_LOG\"; echo more; exit 64");
    JobState end = awaitEnd();
    assertEquals("BadInput", end.reason());
    assertEquals("it ended with exit code 64: what went wrong", end.message());
    assertEquals(1, end.pods().size());
  }

  @Test
  void launch_processThatIsKilled_saysSo() throws Exception {
    launch("[ $TASK_ATTEMPTS_LEFT = 0 ] || kill -9 $$");
    JobState again = await(state -> state.phase() == Phase.PENDING);
    assertEquals("Killed", again.reason());
    assertEquals(Phase.SUCCEEDED, awaitEnd().phase());
  }

  @Test
  void exit_killedForMemory_isToldApart() {
    assertEquals("OOMKilled", ProcessExit.of(137, 3, 4).reason());
    assertEquals("Killed", ProcessExit.of(137, 4, 4).reason());
    assertEquals("Killed", ProcessExit.of(137, -1, -1).reason());
    assertEquals("Error", ProcessExit.of(1, 3, 4).reason());
  }

  @Test
  void launch_commandThatIsNotThere_failsTheJob() throws Exception {
    ProcessJobLauncher launcher =
        watched(builder("").image("none", List.of(folder.resolve("no-such-command").toString())));
    launcher.launch(new JobSpec("t1", "none", "1Ki", Map.of(), Map.of()));
    JobState end = awaitEnd();
    assertEquals("CannotRun", end.reason());
    assertTrue(String.valueOf(end.message()).contains("no-such-command"), end::toString);
  }

  @Test
  void launch_whatCannotRun_isRefusedAndLeavesNothing() throws IOException {
    ProcessJobLauncher launcher = watched(builder(""));
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () -> launcher.launch(new JobSpec("t1", "other", "1Ki", Map.of(), Map.of())));
    assertEquals("container_image \"other\" may not be run here; there is image", e.getMessage());
    assertThrows(
        UnavailableException.class,
        () -> launcher.launch(new JobSpec("t1", "image", "7Ei", Map.of(), Map.of())));
    assertThrows(
        BadInputException.class,
        () -> launcher.launch(new JobSpec("t1", "image", "much", Map.of(), Map.of())));
    assertEquals(Map.of(), launcher.jobs());
    try (Stream<Path> left = Files.list(folder.resolve("jobs"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void launch_largeTaskData_comesInAFile() throws Exception {
    ProcessJobLauncher launcher =
        watched(builder("echo ${TASK_DATA-none}; tail -c 5 \"$TASK_DATA_FILE\""));
    launcher.launch(new JobSpec("t1", "image", "1Ki", Map.of("x", "y".repeat(200_000)), Map.of()));
    awaitEnd();
    assertEquals("none\nyyy\"}", launcher.logs("t1", 100));
  }

  @Test
  void launch_processThatLeavesOthersBehind_takesThemWithIt() throws Exception {
    ProcessJobLauncher launcher = launch("sleep 600 > /dev/null 2>&1 & echo $!");
    awaitEnd();
    long left = Long.parseLong(launcher.logs("t1", 100).strip());
    ProcessHandle.of(left).ifPresent(process -> process.onExit().join());
  }

  @Test
  void launch_twice_isOneJob() throws Exception {
    ProcessJobLauncher launcher = launch("echo once");
    launcher.launch(spec("t1"));
    assertEquals(1, awaitEnd().pods().size());
  }

  @Test
  void launch_moreThanRunAtOnce_wait() throws Exception {
    ProcessJobLauncher launcher = watched(builder("read -r x < \"$GATE\"").atOnce(1));
    Path gate = folder.resolve("gate");
    assertEquals(0, new ProcessBuilder("mkfifo", gate.toString()).start().waitFor());
    for (String taskId : List.of("t1", "t2")) {
      launcher.launch(
          new JobSpec(taskId, "image", "1Ki", Map.of(), Map.of("GATE", gate.toString())));
    }
    await(state -> state.phase() == Phase.RUNNING);
    assertEquals(Phase.PENDING, launcher.state("t2").phase());
    Files.writeString(gate, "go\n");
    await(state -> state.phase() == Phase.SUCCEEDED);
    await(state -> state.phase() == Phase.RUNNING);
    assertEquals(Phase.SUCCEEDED, launcher.state("t1").phase());
    Files.writeString(gate, "go\n");
    await(state -> state.phase() == Phase.SUCCEEDED);
  }

  @Test
  void cancel_endsTheProcessAndWhatItStarted() throws Exception {
    // Ignores being told to end, and so does what it starts.
    ProcessJobLauncher launcher =
        watched(
            builder("trap '' TERM; sleep 600 & echo $! > ../child; wait; sleep 600")
                .grace(Duration.ofMillis(200)));
    launcher.launch(spec("t1"));
    await(state -> state.phase() == Phase.RUNNING);
    Path child = folder.resolve("jobs/t1/child");
    while (!Files.exists(child) || Files.size(child) == 0) {
      Thread.onSpinWait();
    }
    ProcessHandle process =
        ProcessHandle.of(Long.parseLong(Files.readString(child).strip())).orElseThrow();
    launcher.cancel("t1");
    process.onExit().get(10, TimeUnit.SECONDS);
    assertThrows(NotFoundException.class, () -> launcher.state("t1"));
    assertFalse(Files.exists(folder.resolve("jobs/t1")));
    launcher.cancel("t1"); // is fine
    launcher.launch(spec("t2")); // the thread of a cancelled job goes on to others
    await(state -> state.phase() == Phase.RUNNING);
    launcher.cancel("t2");
  }

  @Test
  void close_thenAnotherLauncher_goesOn() throws Exception {
    String script = "[ -e tried ] && exit 0; touch tried; exec sleep 600";
    ProcessJobLauncher launcher = launch(script);
    await(state -> state.phase() == Phase.RUNNING);
    while (!Files.exists(folder.resolve("jobs/t1/work/tried"))) {
      Thread.onSpinWait();
    }
    launcher.close();
    assertThrows(UnavailableException.class, () -> launcher.launch(spec("t2")));
    states.clear();
    ProcessJobLauncher next = watched(builder(script));
    JobState end = awaitEnd();
    assertEquals(Phase.SUCCEEDED, end.phase());
    assertEquals("Lost", end.pods().get(0).reason());
    assertEquals(2, end.pods().size());

    // What is over stays known, and an image that went from the list fails its job.
    assertEquals(Phase.SUCCEEDED, next.state("t1").phase());
    next.close();
    states.clear();
    watched(builder("exit 1"));
    assertEquals(Phase.SUCCEEDED, awaitEnd().phase());
  }

  @Test
  void close_againAndAgain_isGivenUpInTheEnd() throws Exception {
    launch("exec sleep 600");
    for (int lost = 1; lost < 20; lost++) {
      await(state -> state.phase() == Phase.RUNNING);
      launchers.remove(0).close();
      watched(builder("exec sleep 600"));
    }
    await(state -> state.phase() == Phase.RUNNING);
    launchers.remove(0).close();
    states.clear();
    watched(builder("exec sleep 600"));
    JobState end = awaitEnd();
    assertEquals("Lost", end.reason());
    assertEquals(20, end.pods().size());
  }
}
