package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.job.JobSpec;
import io.modelsplitter.job.JobState;
import io.modelsplitter.job.ProcessJobLauncher;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The end of a job that its task did not take at first. */
@Timeout(50) // less than until its runner looks again
@DisabledOnOs(OS.WINDOWS)
class SplitJobEndTest {

  @Test
  void endThatTheRegistryRefusedOnce_isToldAgain(@TempDir Path folder) throws Exception {
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        ProcessJobLauncher launcher =
            ProcessJobLauncher.builder(folder)
                .image("fails", List.of("false"))
                .environment(Map.of("PATH", "/usr/bin:/bin"))
                .attempts(1)
                .build()) {
      String taskId = endedJob(registry.tasks(), launcher);
      AtomicBoolean refused = new AtomicBoolean();
      TaskRegistry refuses = refusesTheFirstUpdate(registry.tasks(), refused);
      Clock later = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(6));
      try (SplitJobs jobs = SplitJobs.of(refuses, launcher, unused -> Map.of(), later)) {
        Task task = registry.tasks().get(taskId);
        while (!task.isFinal()) {
          Thread.onSpinWait();
          task = registry.tasks().get(taskId);
        }
        assertTrue(refused.get());
        assertEquals("Error", task.taskStatusData().get("reason"));
        assertEquals(JobState.Phase.FAILED, jobs.state(taskId).phase());
      }
    }
  }

  private static String endedJob(TaskRegistry tasks, ProcessJobLauncher launcher)
      throws InterruptedException {
    Map<String, Object> data = Map.of("split_job", Map.of("launcher", launcher.name()));
    String taskId =
        tasks
            .create(
                new NewTask(
                    SplitJobs.TASK_TYPE, data, TaskStatus.IN_PROGRESS, Map.of("phase", "main")))
            .taskId();
    CountDownLatch ended = new CountDownLatch(1);
    launcher.watch(
        (unused, state) -> {
          if (state.phase().isFinal()) {
            ended.countDown();
          }
        });
    launcher.launch(new JobSpec(taskId, "fails", "1Ki", Map.of(), Map.of()));
    assertTrue(ended.await(30, TimeUnit.SECONDS));
    return taskId;
  }

  /** As a proxy between them does that takes a limit for bad input. */
  private static TaskRegistry refusesTheFirstUpdate(TaskRegistry tasks, AtomicBoolean refused) {
    return (TaskRegistry)
        Proxy.newProxyInstance(
            TaskRegistry.class.getClassLoader(),
            new Class<?>[] {TaskRegistry.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("update") && refused.compareAndSet(false, true)) {
                throw new BadInputException("refused");
              }
              try {
                return method.invoke(tasks, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
