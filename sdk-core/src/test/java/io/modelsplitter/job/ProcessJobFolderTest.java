package io.modelsplitter.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.JobState.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What launchers keep in their folder, and what the next one makes of it. */
@DisabledOnOs(OS.WINDOWS)
class ProcessJobFolderTest extends ShellJobs {

  /**
   * As soon as it is written down that the attempt runs, nothing more can be: a file cannot take
   * the place of a folder with something in it.
   */
  private static final String SPOIL_RECORD =
      "until grep -q Running ../job.json; do :; done; rm ../job.json; mkdir -p ../job.json/full";

  @Test
  void launch_endThatCannotBeWrittenDown_isToldAllTheSame() throws Exception {
    launch(SPOIL_RECORD);
    assertEquals(Phase.SUCCEEDED, awaitEnd().phase());
    assertFalse(Files.exists(folder.resolve("jobs/t1/work")));
    assertFalse(Files.exists(folder.resolve("jobs/t1/tmp")));
  }

  @Test
  void launch_attemptThatCannotBeWrittenDown_failsTheJob() throws Exception {
    ProcessJobLauncher launcher = launch(SPOIL_RECORD + "; exit 1");
    JobState end = awaitEnd();
    assertEquals("CannotRun", end.reason());
    assertEquals(end, launcher.state("t1"));
    assertFalse(Files.exists(folder.resolve("jobs/t1/work")));
  }

  @Test
  void launch_record_keepsATokenAsLongAsAnAttemptMayFollow() throws Exception {
    ProcessJobLauncher launcher = watched(builder("read -r x < \"$GATE\""));
    Path gate = gate();
    launcher.launch(spec("t1", Map.of("GATE", gate.toString(), "TOKEN", "of-the-task")));
    await(state -> state.phase() == Phase.RUNNING);
    Path record = folder.resolve("jobs/t1/job.json");
    assertTrue(Files.readString(record).contains("of-the-task"));
    for (Path made : List.of(folder.resolve("jobs"), folder.resolve("jobs/t1"))) {
      String permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(made));
      assertEquals("rwx------", permissions);
    }
    Files.writeString(gate, "go\n");
    awaitEnd();
    assertFalse(Files.readString(record).contains("of-the-task"));
  }

  @Test
  void launch_whileItIsClosed_isForTheNextLauncherOrRefused() throws Exception {
    ProcessJobLauncher launcher = watched(builder("true"));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Set<String> launched = new TreeSet<>();
    CountDownLatch begun = new CountDownLatch(1);
    try {
      Future<?> refused =
          thread.submit(
              () -> {
                for (int i = 0; ; i++) {
                  launcher.launch(spec("t" + i));
                  launched.add("t" + i);
                  begun.countDown();
                }
              });
      assertTrue(begun.await(20, TimeUnit.SECONDS));
      launcher.close();
      ExecutionException e =
          assertThrows(ExecutionException.class, () -> refused.get(20, TimeUnit.SECONDS));
      assertEquals("the job launcher is closed", Objects.requireNonNull(e.getCause()).getMessage());
    } finally {
      thread.shutdownNow();
    }
    // Some are over, and of those only the latest are kept.
    Set<String> there = watched(builder("true")).jobs().keySet();
    assertTrue(launched.containsAll(there), there::toString);
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

    // What is over stays known.
    assertEquals(Phase.SUCCEEDED, next.state("t1").phase());
    next.close();
    states.clear();
    watched(builder("exit 1"));
    assertEquals(Phase.SUCCEEDED, awaitEnd().phase());
  }

  @Test
  void close_thenALauncherWithoutTheImage_failsItsJob() throws Exception {
    launch("exec sleep 600");
    await(state -> state.phase() == Phase.RUNNING);
    launchers.remove(0).close();
    states.clear();
    watched(ProcessJobLauncher.builder(folder.resolve("jobs")).image("other", List.of("true")));
    JobState end = awaitEnd();
    assertEquals(Phase.FAILED, end.phase());
    assertEquals("ImageNotAllowed", end.reason());
    assertEquals("container_image \"image\" may not be run here; there is other", end.message());
  }

  /** Until it runs once more; what was told before may be of the launcher before. */
  private void awaitLost(ProcessJobLauncher launcher, int lost) throws InterruptedException {
    while (launcher.state("t1").phase() != Phase.RUNNING
        || launcher.state("t1").pods().size() != lost + 1) {
      await(state -> true);
    }
  }

  @Test
  void name_isThatOfTheFolderAlone() {
    ProcessJobLauncher launcher = watched(builder("true"));
    String name = launcher.name();
    launcher.close();
    assertEquals(name, watched(builder("true")).name());
    // As on another machine that is set up alike.
    ProcessJobLauncher other = watched(ProcessJobLauncher.builder(folder.resolve("other/jobs")));
    assertNotEquals(name, other.name());
  }

  @Test
  void build_folderOfAnotherThatRuns_isRefused() throws Exception {
    Path jobs = folder.resolve("jobs");
    ProcessJobLauncher launcher = watched(builder("true"));
    for (int i = 0; i < 2; i++) { // a refusal takes nothing away from who has it
      UnavailableException e =
          assertThrows(UnavailableException.class, () -> builder("true").build());
      assertTrue(String.valueOf(e.getMessage()).contains(jobs.toString()), e::getMessage);
      assertNotEquals(0, inAnotherProcess(jobs));
    }
    launcher.close();
    assertEquals(0, inAnotherProcess(jobs));
    ProcessJobLauncher next = watched(builder("true"));
    launcher.close(); // again, which is not the next one's end
    assertThrows(UnavailableException.class, () -> builder("true").build());
    next.close();
  }

  private static int inAnotherProcess(Path jobs) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LauncherMain.class.getName(),
                jobs.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertTrue(process.waitFor(40, TimeUnit.SECONDS));
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void build_folderThatCannotBeRead_leavesItToOthers() throws Exception {
    Path id =
        Files.writeString(
            Files.createDirectories(folder.resolve("jobs")).resolve("launcher-id"), "x");
    UnavailableException e =
        assertThrows(UnavailableException.class, () -> builder("true").build());
    assertTrue(String.valueOf(e.getMessage()).contains("holds no id"), e::getMessage);
    Files.delete(id);
    assertEquals(Map.of(), watched(builder("true")).jobs());
  }

  @Test
  void close_againAndAgain_isGivenUpInTheEnd() throws Exception {
    ProcessJobLauncher launcher = launch("exec sleep 600");
    for (int lost = 1; lost < 20; lost++) {
      awaitLost(launcher, lost - 1);
      launchers.remove(0).close();
      launcher = watched(builder("exec sleep 600"));
    }
    awaitLost(launcher, 19);
    launchers.remove(0).close();
    states.clear();
    watched(builder("exec sleep 600"));
    JobState end = awaitEnd();
    assertEquals("Lost", end.reason());
    assertEquals(20, end.pods().size());
  }

  /** Opens a launcher and closes it. */
  static final class LauncherMain {
    private LauncherMain() {}

    public static void main(String[] arguments) {
      ProcessJobLauncher.builder(Path.of(arguments[0])).build().close();
    }
  }
}
