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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What becomes of jobs, which are real processes. */
@DisabledOnOs(OS.WINDOWS)
class ProcessJobLauncherTest extends ShellJobs {

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
    Set<String> known = Set.of("PATH", "KEY", "BLOCK_DB_URL", "HOME", "TMPDIR", "PWD");
    for (String name : System.getenv().keySet()) { // of ours, and nobody gave it to the job
      if (!known.contains(name) && !name.equals("_") && !name.equals("SHLVL")) {
        assertFalse(log.lines().anyMatch(line -> line.startsWith(name + "=")), name);
      }
    }
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
      assertEquals(List.of(), left.filter(Files::isDirectory).toList());
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
    Optional<ProcessHandle> process = ProcessHandle.of(left);
    if (process.isPresent()) {
      process.get().onExit().get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void launch_processWhoseChildStillWrites_isDoneAllTheSame() throws Exception {
    launch(
        "(while :; do i=$((i + 1)); mkdir d$i; done) > /dev/null 2>&1 & until [ -d d9 ]; do :; done");
    JobState end = awaitEnd();
    assertEquals(Phase.SUCCEEDED, end.phase(), end::toString);
    assertFalse(Files.exists(folder.resolve("jobs/t1/work")));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void launch_shellOfSomebodyInTheFolder_lives() throws Exception {
    ProcessJobLauncher launcher = watched(builder("read -r x < \"$GATE\""));
    Path gate = gate();
    launcher.launch(spec("t1", Map.of("GATE", gate.toString())));
    await(state -> state.phase() == Phase.RUNNING);
    Process somebody =
        new ProcessBuilder("sleep", "600").directory(folder.resolve("jobs/t1").toFile()).start();
    try {
      Files.writeString(gate, "go\n");
      assertEquals(Phase.SUCCEEDED, awaitEnd().phase());
      assertTrue(somebody.isAlive());
    } finally {
      somebody.destroyForcibly();
    }
  }

  @Test
  void launch_twice_isOneJob() throws Exception {
    ProcessJobLauncher launcher = launch("echo once");
    launcher.launch(spec("t1"));
    assertEquals(1, awaitEnd().pods().size());
  }

  @Test
  void launch_atOnceFromManyThreads_isOneJob() throws Exception {
    Path runs = folder.resolve("runs");
    ProcessJobLauncher launcher = watched(builder("echo ran >> \"$RUNS\"").atOnce(1));
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      for (int round = 1; round <= 20; round++) {
        JobSpec spec = spec("t" + round, Map.of("RUNS", runs.toString()));
        CyclicBarrier together = new CyclicBarrier(8);
        Callable<Boolean> call =
            () -> {
              int unused = together.await(20, TimeUnit.SECONDS);
              launcher.launch(spec);
              return true;
            };
        for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(8, call))) {
          assertTrue(done.get());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    launcher.launch(spec("last", Map.of("RUNS", runs.toString()))); // after all others
    while (!launcher.state("last").phase().isFinal()) {
      await(state -> true);
    }
    assertEquals(21, Files.readAllLines(runs).size());
  }

  @Test
  void launch_moreThanRunAtOnce_wait() throws Exception {
    ProcessJobLauncher launcher = watched(builder("read -r x < \"$GATE\"").atOnce(1));
    Path gate = gate();
    for (String taskId : List.of("t1", "t2")) {
      launcher.launch(spec(taskId, Map.of("GATE", gate.toString())));
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
}
