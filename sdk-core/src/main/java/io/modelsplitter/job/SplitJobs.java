package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.IdempotencyKeys;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskChange;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a task of each split job, launches it, and follows it to its end: whatever becomes of the
 * job, its task hears of it. Thread-safe.
 *
 * <pre>{@code
 * try (SplitJobs jobs = SplitJobs.of(tasks, launcher, Map.of("TASK_STATUS_UPDATE_URL", url, …))) {
 *   String taskId = jobs.start(job);
 * }
 * }</pre>
 */
public final class SplitJobs implements AutoCloseable {

  /** The type of the tasks. */
  public static final String TASK_TYPE = "model_splits";

  /**
   * Where a task keeps what was asked for beside its data, and who launches it; what the splitter
   * reports does not touch it.
   */
  static final String ASKED = "split_job";

  /** In there: {@link JobLauncher#name}. */
  static final String LAUNCHER = "launcher";

  private static final String KEY = "idempotency_key";

  static final String CANCELLED = "Cancelled";

  /** The phase of a task whose job is not launched yet. */
  static final String LAUNCHING = "launch";

  /**
   * Which call creates the task of a key, so that it alone launches the job: a call whose answer
   * got lost is sent again, and would take its own task for somebody else's.
   */
  private static final String LAUNCH_ID = "launch_id";

  private static final Logger log = LoggerFactory.getLogger(SplitJobs.class);

  private final TaskRegistry tasks;
  private final JobLauncher launcher;
  private final Function<String, Map<String, String>> environment;
  private final JobFollower follower;

  private SplitJobs(
      TaskRegistry tasks,
      JobLauncher launcher,
      Function<String, Map<String, String>> environment,
      Clock clock) {
    this.tasks = tasks;
    this.launcher = launcher;
    this.environment = environment;
    this.follower = new JobFollower(tasks, launcher, clock);
  }

  /**
   * Follows the jobs of a launcher from now on, also those that were launched before this process
   * began.
   *
   * @param tasks the registry that the jobs' tasks are in
   * @param launcher what runs the jobs
   * @param environment what each job is told beside its task: {@code TASK_STATUS_UPDATE_URL},
   *     {@code MODEL_LAYERS_REGISTRY_URL}, {@code BLOCK_DB_URL}, {@code LAYER_STORE_URL}
   * @return the jobs; close them when the process ends
   */
  public static SplitJobs of(
      TaskRegistry tasks, JobLauncher launcher, Map<String, String> environment) {
    return of(tasks, launcher, taskId -> environment);
  }

  /**
   * As {@link #of(TaskRegistry, JobLauncher, Map)}.
   *
   * @param tasks the registry that the jobs' tasks are in
   * @param launcher what runs the jobs
   * @param environment asked at each launch, with the task's id
   * @return the jobs; close them when the process ends
   */
  public static SplitJobs of(
      TaskRegistry tasks, JobLauncher launcher, Function<String, Map<String, String>> environment) {
    return of(tasks, launcher, environment, Clock.systemUTC());
  }

  /**
   * As {@link #of(TaskRegistry, JobLauncher, Function)}.
   *
   * @param tasks the registry that the jobs' tasks are in
   * @param launcher what runs the jobs
   * @param environment asked at each launch, with the task's id
   * @param clock what tells how old a task is whose job nobody knows; it fails after five minutes
   * @return the jobs; close them when the process ends
   */
  public static SplitJobs of(
      TaskRegistry tasks,
      JobLauncher launcher,
      Function<String, Map<String, String>> environment,
      Clock clock) {
    SplitJobs jobs = new SplitJobs(tasks, launcher, environment, clock);
    jobs.follower.start();
    return jobs;
  }

  /**
   * As {@link #start(SplitJob, String)}, once for each call.
   *
   * @param job what to launch
   * @return the task's id
   */
  public String start(SplitJob job) {
    return start(job, null);
  }

  /**
   * Creates a task and launches its job. A job that cannot be launched is a failed task.
   *
   * @param job what to launch
   * @param idempotencyKey 1 to 255 printable characters: the same key again, also at the same
   *     moment or at another server, answers the same task and starts nothing, whatever became of
   *     its job, until the task is deleted; null starts a job with each call
   * @return the task's id
   * @throws BadInputException when the job can never run
   * @throws ConflictException when the key was used for another job
   * @throws io.modelsplitter.error.UnavailableException when it can be neither launched nor known
   */
  public String start(SplitJob job, @Nullable String idempotencyKey) {
    if (job.taskData().containsKey(ASKED)) {
      throw new BadInputException("task_data." + ASKED + " is the server's own; leave it out");
    }
    if (idempotencyKey == null) {
      return launch(tasks.create(pending(taskData(job, null), Map.of())), job);
    }
    IdempotencyKeys.check(idempotencyKey);
    Map<String, Object> data = taskData(job, idempotencyKey);
    Task first = first(idempotencyKey);
    if (first == null) {
      String launchId = UUID.randomUUID().toString();
      first = createOnce(pending(data, Map.of(LAUNCH_ID, launchId)), idempotencyKey);
      if (launchId.equals(first.taskStatusData().get(LAUNCH_ID))) {
        return launch(first, job);
      }
    }
    if (!asked(first.taskData()).equals(asked(Json.copyOf("task_data", data, 1)))) {
      throw new ConflictException(
          "Idempotency-Key " + Json.show(idempotencyKey) + " was used for another job",
          first.taskId(),
          Map.of());
    }
    return first.taskId();
  }

  private Map<String, Object> taskData(SplitJob job, @Nullable String idempotencyKey) {
    Map<String, Object> asked = new LinkedHashMap<>();
    asked.put("container_image", job.containerImage());
    asked.put("storage_size", job.storageSize());
    if (idempotencyKey != null) {
      asked.put(KEY, idempotencyKey);
    }
    asked.put(LAUNCHER, launcher.name());
    Map<String, Object> data = new LinkedHashMap<>(job.taskData());
    data.put(ASKED, asked);
    return data;
  }

  /** Without what the request has no say in. */
  private static Map<String, Object> asked(Map<String, Object> taskData) {
    Map<String, Object> data = new LinkedHashMap<>(taskData);
    if (data.get(ASKED) instanceof Map<?, ?> asked) {
      Map<Object, Object> less = new LinkedHashMap<>(asked);
      less.remove(LAUNCHER);
      data.put(ASKED, less);
    }
    return data;
  }

  /** Finds also what was created before the registry kept keys of its own. */
  private @Nullable Task first(String key) {
    List<Task> found = new ArrayList<>();
    Filter filter =
        Filter.eq("task_data." + ASKED + "." + KEY, key).and(Filter.eq("task_type", TASK_TYPE));
    tasks.query(Query.of(filter).limit(1), found::add);
    return found.isEmpty() ? null : found.get(0);
  }

  private static NewTask pending(Map<String, Object> data, Map<String, Object> more) {
    Map<String, Object> statusData = new LinkedHashMap<>(more);
    statusData.put("phase", LAUNCHING);
    return new NewTask(TASK_TYPE, data, TaskStatus.PENDING, statusData);
  }

  /** The task with the key, whoever created it, and whatever it is about. */
  private Task createOnce(NewTask task, String key) {
    try {
      return tasks.create(task, taskKey(key)).stored().value();
    } catch (ConflictException e) { // also when it differs in who launches it
      return Task.fromMap(e.stored());
    }
  }

  /**
   * The task's key, which is no other client's by accident: keys of jobs and of tasks are two
   * things. A digest, so that the longest key fits.
   */
  private static String taskKey(String key) {
    try {
      byte[] text = key.getBytes(StandardCharsets.US_ASCII);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text);
      return "split_job:" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private String launch(Task task, SplitJob job) {
    String taskId = task.taskId();
    try {
      launcher.launch(
          new JobSpec(
              taskId,
              job.containerImage(),
              job.storageSize(),
              job.taskData(),
              environment.apply(taskId)));
    } catch (RuntimeException e) {
      log.warn("job of task {} cannot be launched: {}", taskId, Problems.describe(e));
      follower.fail(taskId, "LaunchFailed", Problems.describe(e));
      throw e;
    }
    return taskId;
  }

  /**
   * {@return how far the job of a task is}
   *
   * @param taskId the id of the task
   * @throws NotFoundException when there is none here
   */
  public JobState state(String taskId) {
    return launcher.state(taskId);
  }

  /**
   * {@return the end of what the last attempt said}
   *
   * @param taskId the id of the task
   * @param maxBytes how many bytes at most
   * @throws NotFoundException when there is no such job here
   */
  public String logs(String taskId, int maxBytes) {
    return launcher.logs(taskId, maxBytes);
  }

  /**
   * Stops a job and removes what belongs to it; its task has failed, unless it was over before.
   *
   * @param taskId the id of the task
   * @return the task as it is now
   * @throws NotFoundException when there is no such job here
   */
  public Task cancel(String taskId) {
    JobState unused = launcher.state(taskId);
    Task task;
    try {
      task = tasks.get(taskId);
    } catch (NotFoundException e) {
      launcher.cancel(taskId); // nobody waits for it
      throw e;
    }
    if (!task.isFinal()) {
      Map<String, Object> data = new LinkedHashMap<>(task.taskStatusData());
      data.put("error", "the job was cancelled");
      data.put("reason", CANCELLED);
      try {
        task = tasks.update(taskId, TaskChange.status(TaskStatus.FAILED, data));
      } catch (ConflictException e) {
        task = tasks.get(taskId); // it came to its end meanwhile
      }
    }
    launcher.cancel(taskId);
    return task;
  }

  /** Ends the following, and the launcher. */
  @Override
  public void close() {
    follower.close();
    try {
      launcher.close();
    } catch (ModelSplitterException e) {
      log.warn("the job launcher cannot be closed: {}", e.getMessage());
    }
  }
}
