package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs split jobs as child processes of this one, for development and tests: an allow-list maps the
 * name of an image to a command of this machine. A job has a folder below the launcher's, which
 * holds its record, its work folder and what it says; so jobs go on where they were after this
 * process was started again, also when it was killed. Thread-safe.
 *
 * <p>A child gets the environment of a container and nothing else. It is tried again as a
 * Kubernetes Job would be, unless its exit code says that this never helps. What it says is not
 * bounded, and its memory and disk are those of this machine.
 */
public final class ProcessJobLauncher implements JobLauncher {
  private static final Logger log = LoggerFactory.getLogger(ProcessJobLauncher.class);

  /**
   * What a program passes on of its own environment to {@link Builder#environment}, as a container
   * would be given it: nothing that is about a single task.
   */
  public static final Set<String> PASSED_ON =
      Set.of(
          "PATH",
          "LANG",
          "LC_ALL",
          "TZ",
          "LAYER_STORE_URL",
          "S3_ENDPOINT",
          "S3_PATH_STYLE",
          "AWS_ACCESS_KEY_ID",
          "AWS_SECRET_ACCESS_KEY",
          "AWS_SESSION_TOKEN",
          "AWS_REGION",
          "MODEL_DOWNLOAD_TOKEN",
          "MODEL_DOWNLOAD_REFUSE_LOCAL",
          "MODEL_SPLITTER_TOKEN");

  /** So many jobs are remembered after their end. */
  private static final int REMEMBERED = 100;

  private final LauncherFolder kept;
  private final Path folder;
  private final Map<String, List<String>> commands;
  private final ProcessSettings settings;
  private final ExecutorService running;
  private final Map<String, ProcessJob> jobs = new ConcurrentHashMap<>();

  /** Nobody, until somebody watches. */
  private volatile BiConsumer<String, JobState> listener = (taskId, state) -> {};

  /** Held while a job comes in, so that a task has one job, and a closed launcher takes none. */
  private final Object launching = new Object();

  private boolean isClosed;

  private ProcessJobLauncher(Builder builder, LauncherFolder kept) {
    this.kept = kept;
    this.folder = kept.path();
    this.commands = new TreeMap<>(builder.commands);
    this.settings =
        new ProcessSettings(
            Map.copyOf(builder.environment), builder.attempts, builder.pause, builder.grace);
    this.running =
        Executors.newFixedThreadPool(
            builder.atOnce,
            task -> {
              Thread thread = new Thread(task, "process-job");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Begins a launcher.
   *
   * @param folder where jobs are kept; made where it is missing, for its owner's eyes only, and of
   *     no other launcher while this one is open
   * @return a builder with the defaults, and no image
   */
  public static Builder builder(Path folder) {
    return new Builder(folder);
  }

  /** Collects what a launcher needs. For one thread. */
  public static final class Builder {
    private final Path folder;
    private final Map<String, List<String>> commands = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private int attempts = 3;
    private int atOnce = Math.max(1, Runtime.getRuntime().availableProcessors());
    private Duration pause = Duration.ofSeconds(10);
    private Duration grace = Duration.ofSeconds(30);

    private Builder(Path folder) {
      this.folder = folder;
    }

    /**
     * An image that may be run, and the command that stands for it.
     *
     * @param name as a job's {@code container_image} has it
     * @param command the program and its arguments
     * @return this builder
     */
    public Builder image(String name, List<String> command) {
      if (command.isEmpty()) {
        throw new BadInputException("the command of the image " + Json.show(name) + " is empty");
      }
      commands.put(name, List.copyOf(command));
      return this;
    }

    /**
     * Variables that every job gets, such as {@code PATH} and credentials for storage.
     *
     * @param environment the variables by their names
     * @return this builder
     */
    public Builder environment(Map<String, String> environment) {
      this.environment.putAll(environment);
      return this;
    }

    /**
     * How often a job is tried; 3 by default.
     *
     * @param attempts how many at most, 1 or more
     * @return this builder
     */
    public Builder attempts(int attempts) {
      this.attempts = Math.max(1, attempts);
      return this;
    }

    /**
     * How many jobs run at once, the others wait; as many as there are processors by default.
     *
     * @param atOnce 1 or more
     * @return this builder
     */
    public Builder atOnce(int atOnce) {
      this.atOnce = Math.max(1, atOnce);
      return this;
    }

    /**
     * The pause before the second attempt, which doubles with each; 10 seconds by default.
     *
     * @param pause how long, zero or more
     * @return this builder
     */
    public Builder pause(Duration pause) {
      this.pause = pause;
      return this;
    }

    /**
     * How long a process may take to end when it is told to; 30 seconds by default.
     *
     * @param grace zero or more
     * @return this builder
     */
    public Builder grace(Duration grace) {
      this.grace = grace;
      return this;
    }

    /**
     * {@return the launcher, which takes up the jobs that an earlier one left in the folder}
     *
     * @throws UnavailableException when the folder cannot be read or written, or another launcher
     *     has it
     * @throws BadInputException when a duration is negative
     */
    public ProcessJobLauncher build() {
      if (pause.isNegative() || grace.isNegative()) {
        throw new BadInputException("a pause and a grace must not be negative");
      }
      Path absolute = folder.toAbsolutePath().normalize();
      ProcessJobLauncher launcher = null;
      boolean opened = false;
      try {
        launcher = new ProcessJobLauncher(this, LauncherFolder.open(absolute));
        launcher.takeUp();
        opened = true;
        return launcher;
      } catch (IOException e) {
        throw new UnavailableException(
            "the jobs in " + absolute + " cannot be read: " + Problems.describe(e), e);
      } finally {
        if (launcher != null && !opened) {
          launcher.close();
        }
      }
    }
  }

  private void takeUp() throws IOException {
    try (Stream<Path> found = Files.list(folder)) {
      for (Path path : found.sorted().toList()) {
        ProcessJob.found(path, settings, this::changed).ifPresent(this::add);
      }
    }
  }

  private void add(ProcessJob job) {
    List<String> command = commands.get(job.spec().containerImage());
    jobs.put(job.spec().taskId(), job);
    if (job.state().phase().isFinal()) {
      return;
    }
    if (command == null) {
      job.giveUp("ImageNotAllowed", notAllowed(job.spec().containerImage()));
    } else {
      running.execute(() -> job.run(command));
    }
  }

  private void changed(String taskId, JobState state) {
    try {
      listener.accept(taskId, state);
    } catch (RuntimeException e) {
      log.error("nobody was told of job {}", taskId, e);
    }
  }

  @Override
  public String name() {
    return "process:" + kept.id();
  }

  @Override
  public void launch(JobSpec spec) {
    if (!commands.containsKey(spec.containerImage())) {
      throw new BadInputException(notAllowed(spec.containerImage()));
    }
    synchronized (launching) {
      if (isClosed) {
        throw new UnavailableException("the job launcher is closed", null);
      }
      try {
        checkRoom(spec);
        forgetOldest();
        if (!jobs.containsKey(spec.taskId())) {
          add(ProcessJob.create(folder.resolve(spec.taskId()), spec, settings, this::changed));
        }
      } catch (IOException e) {
        throw new UnavailableException("the job cannot be kept in " + folder, e);
      }
    }
  }

  private void checkRoom(JobSpec spec) {
    long wanted = StorageSize.bytes(spec.storageSize());
    long free = folder.toFile().getUsableSpace(); // 0 also where nobody knows
    if (free > 0 && free < wanted) {
      throw new UnavailableException(
          "there is room for %d bytes in %s, and the job wants %s"
              .formatted(free, folder, spec.storageSize()),
          null);
    }
  }

  private String notAllowed(String image) {
    return "container_image %s may not be run here; there is %s"
        .formatted(
            Json.show(image),
            commands.isEmpty() ? "none that may" : String.join(", ", commands.keySet()));
  }

  private void forgetOldest() throws IOException {
    List<ProcessJob> ended = new ArrayList<>(jobs.values());
    ended.removeIf(job -> !job.state().phase().isFinal());
    ended.sort(Comparator.comparing(ProcessJob::lastChanged));
    for (int i = 0; i < ended.size() - REMEMBERED; i++) {
      forget(ended.get(i));
    }
  }

  /** Last its name, so that a job that is not known has left nothing. */
  private void forget(ProcessJob job) throws IOException {
    job.remove();
    jobs.remove(job.spec().taskId(), job);
  }

  @Override
  public void watch(BiConsumer<String, JobState> listener) {
    this.listener = listener;
    jobs.values().forEach(ProcessJob::tell);
  }

  @Override
  public Map<String, JobState> jobs() {
    Map<String, JobState> states = new TreeMap<>();
    jobs.forEach((taskId, job) -> states.put(taskId, job.state()));
    return states;
  }

  @Override
  public JobState state(String taskId) {
    return job(taskId).state();
  }

  private ProcessJob job(String taskId) {
    ProcessJob job = jobs.get(taskId);
    if (job == null) {
      throw new NotFoundException("there is no split job " + Json.show(taskId), taskId);
    }
    return job;
  }

  @Override
  public String logs(String taskId, int maxBytes) {
    try {
      return job(taskId).log(maxBytes);
    } catch (IOException e) {
      throw new UnavailableException("the log of job " + taskId + " cannot be read", e);
    }
  }

  @Override
  public void cancel(String taskId) {
    ProcessJob job = jobs.get(taskId);
    if (job != null) {
      job.cancel();
      try {
        forget(job);
      } catch (IOException e) {
        throw new UnavailableException("the folder of job " + taskId + " cannot be removed", e);
      }
    }
  }

  /** Tells the processes to end, and waits for them; the next launcher goes on with their jobs. */
  @Override
  public void close() {
    synchronized (launching) {
      isClosed = true;
      running.shutdownNow();
    }
    try {
      boolean unused =
          running.awaitTermination(settings.grace().toMillis() + 5_000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      kept.close();
    } catch (IOException e) {
      log.warn("the lock of {} cannot be closed: {}", folder, Problems.describe(e));
    }
  }
}
