package io.modelsplitter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an attempt leaves to the next one. */
class AttemptResumeTest extends ExecutorFixture {
  @ParameterizedTest
  @ValueSource(strings = {"begin", "main", "finish"})
  void run_passingFailureWithAttemptsLeft_goesOnInTheNextAttempt(String phase) {
    more.put("TASK_ATTEMPTS_LEFT", "2");
    int exit =
        run(
            context ->
                new Recorder(
                    phase,
                    () -> {
                      throw new UnavailableException("the store is away", null);
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_TRANSIENT, exit);
    assertEquals(List.of("in_progress"), statuses());
    Map<String, Object> told = object(reports().get(reports().size() - 1).get("task_status_data"));
    assertEquals(Map.of("phase", phase, "attempt", 1, "last_error", "the store is away"), told);

    List<String> before = List.copyOf(calls);
    calls.clear();
    exit = run(context -> new Recorder("", () -> PhaseResult.ok(Map.of())));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
    assertEquals(before.get(before.size() - 1), calls.get(0));
    assertEquals(3, before.size() - 1 + calls.size());
    assertEquals("{from=finish}", lastData());
  }

  @Test
  void run_phaseWhoseFilesAreGone_runsAgain() {
    more.put("TASK_ATTEMPTS_LEFT", "1");
    run(context -> new Recorder("finish", () -> PhaseResult.failed("no luck")));
    assertEquals(3, calls.size());
    run(
        context ->
            new Recorder("", () -> PhaseResult.ok(Map.of())) {
              @Override
              public boolean isIntact(String phase, Map<String, Object> answer) {
                return phase.equals("begin") && answer.equals(Map.of("from", "begin"));
              }
            });
    assertEquals(List.of("main{from=begin}", "finish{from=main}"), calls.subList(3, 5));
  }

  @Test
  void run_damagedNote_isAsIfItWereNotThere() throws IOException {
    more.put("TASK_ATTEMPTS_LEFT", "1");
    run(context -> new Recorder("main", () -> PhaseResult.failed("no luck")));
    Path note = folder.resolve("work/task-task-1/journal/phase-begin.json");
    for (String text : List.of("", "{", Files.readString(note).replace("begin", "other"))) {
      Files.writeString(note, text);
      calls.clear();
      run(context -> new Recorder("main", () -> PhaseResult.failed("no luck")));
      assertEquals("begin{}", calls.get(0), text);
    }
  }

  @Test
  void run_lastAttempt_leavesNothingBehind() throws IOException {
    run(
        context ->
            new Recorder(
                "main",
                () -> {
                  Files.createDirectories(context.scratchFolder());
                  Files.writeString(context.scratchFolder().resolve("half"), "x");
                  return PhaseResult.failed("no luck");
                }));
    assertEquals("failed", statuses().get(statuses().size() - 1));
    assertEquals(List.of(), FolderNames.of(folder.resolve("work")));
  }

  @Test
  void run_interrupted_saysThatItWasTerminated() {
    more.put("TASK_ATTEMPTS_LEFT", "1");
    int exit =
        run(
            context ->
                new Recorder(
                    "main",
                    () -> {
                      Thread.currentThread().interrupt();
                      new CountDownLatch(1).await();
                      return PhaseResult.ok(Map.of());
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_TERMINATED, exit);
    assertEquals(List.of("in_progress"), statuses());
    Map<String, Object> told = object(reports().get(reports().size() - 1).get("task_status_data"));
    assertEquals(true, told.get("terminated"));
    assertEquals("main", told.get("phase"));
  }

  @Test
  void run_phaseThatLeavesAnInterrupt_isReportedAllTheSame() {
    int exit =
        run(
            context ->
                new Recorder(
                    "finish",
                    () -> {
                      Thread.currentThread().interrupt();
                      return PhaseResult.ok(Map.of());
                    }));
    assertEquals(ModelSplitterExecutor.EXIT_COMPLETE, exit);
  }
}
