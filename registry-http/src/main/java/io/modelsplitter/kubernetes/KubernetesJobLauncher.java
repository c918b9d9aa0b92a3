package io.modelsplitter.kubernetes;

import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.JobLauncher;
import io.modelsplitter.job.JobSpec;
import io.modelsplitter.job.JobState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs split jobs on a Kubernetes cluster: of each task one {@code batch/v1} Job, one volume, and a
 * ConfigMap where its data is large, which all go with the Job. They meet the restricted level of
 * the Pod Security Standards.
 *
 * <pre>{@code
 * KubernetesClient cluster = KubernetesClient.inCluster(environment);
 * JobLauncher launcher =
 *     new KubernetesJobLauncher(cluster, JobSettings.builder().namespace("splits").build());
 * }</pre>
 *
 * <p>To launch a job that was launched already is to finish its launch. The watching ends with
 * {@link #close}, and with nothing else; the jobs go on. Closes the client. Thread-safe.
 */
public final class KubernetesJobLauncher implements JobLauncher {
  private final JobObjects objects;
  private final JobSettings settings;
  private final KubernetesClient cluster;
  private final JobWatch watch;
  private volatile @Nullable String name;

  /**
   * Calls nothing yet.
   *
   * @param cluster where the jobs run
   * @param settings what all jobs have alike
   */
  public KubernetesJobLauncher(KubernetesClient cluster, JobSettings settings) {
    this(cluster, settings, Backoff.standard());
  }

  KubernetesJobLauncher(KubernetesClient cluster, JobSettings settings, Backoff backoff) {
    this.cluster = cluster;
    this.settings = settings;
    this.objects = new JobObjects(cluster, settings.namespace());
    this.watch = new JobWatch(cluster, objects, settings.namespace(), backoff);
  }

  /** The namespace and what tells it from those of other clusters; asked for once. */
  @Override
  public String name() {
    String known = name;
    if (known == null) {
      try {
        known = "kubernetes:" + objects.identity();
        name = known;
      } catch (ApiFailure e) {
        throw unavailable("tell the namespace of the jobs from others", e);
      }
    }
    return known;
  }

  @Override
  public void launch(JobSpec job) {
    settings.check(job.containerImage(), job.storageSize());
    Launch launch = new Launch(objects, settings, job);
    watch.setLaunching(job.taskId(), true);
    try {
      launch.run();
    } finally {
      if (!launch.removes()) { // else the watch is yet to see the Job go
        watch.setLaunching(job.taskId(), false);
      }
    }
  }

  @Override
  public void watch(BiConsumer<String, JobState> listener) {
    watch.start(listener);
  }

  @Override
  public Map<String, JobState> jobs() {
    try {
      List<PodView> pods = objects.pods(JobNames.SELECTOR);
      List<Warning> warnings = objects.warnings();
      Map<String, JobState> states = new LinkedHashMap<>();
      for (JobView job : objects.jobs(JobNames.SELECTOR)) {
        if (!job.deleting()) {
          states.put(job.taskId(), job.state(pods, warnings));
        }
      }
      return states;
    } catch (ApiFailure e) {
      throw unavailable("list the split jobs", e);
    }
  }

  @Override
  public JobState state(String taskId) {
    try {
      JobView job = find(taskId);
      return job.state(objects.pods(JobNames.selector(taskId)), objects.warnings());
    } catch (ApiFailure e) {
      throw unavailable("read the split job " + taskId, e);
    }
  }

  @Override
  public String logs(String taskId, int maxBytes) {
    try {
      JobView job = find(taskId);
      List<JobState.Pod> attempts =
          new ArrayList<>(job.state(objects.pods(JobNames.selector(taskId)), List.of()).pods());
      // The last attempt may not have begun: then the one before it is the last that said anything.
      for (int i = attempts.size() - 1; i >= 0; i--) {
        String log = objects.log(attempts.get(i).name(), maxBytes);
        if (!log.isEmpty()) {
          return log;
        }
      }
      return "";
    } catch (ApiFailure e) {
      throw unavailable("read the log of the split job " + taskId, e);
    }
  }

  @Override
  public void cancel(String taskId) {
    watch.setCancelled(taskId, true);
    boolean deleting = false;
    try {
      deleting = objects.deleteJob(JobNames.of(taskId));
    } catch (ApiFailure e) {
      throw unavailable("cancel the split job " + taskId, e);
    } finally {
      if (!deleting) {
        watch.setCancelled(taskId, false);
      }
    }
  }

  private JobView find(String taskId) throws ApiFailure {
    JobView job = objects.job(JobNames.of(taskId));
    if (job == null || job.deleting() || !job.taskId().equals(taskId)) {
      throw new NotFoundException("there is no split job of the task " + taskId, taskId);
    }
    return job;
  }

  private UnavailableException unavailable(String what, ApiFailure e) {
    return new UnavailableException("cannot " + what + ": " + objects.explain(e), e);
  }

  @Override
  public void close() {
    watch.close();
    cluster.close();
  }
}
