package io.modelsplitter.kubernetes;

import io.modelsplitter.job.JobState;
import io.modelsplitter.job.JobState.Phase;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows all split jobs: their Jobs, their pods and what is complained of, in three watches, which
 * meet here. What is told is told under one lock, so one call comes after the other.
 */
final class JobWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobWatch.class);

  private final JobObjects objects;
  private final List<ResourceWatch<?>> watches;

  /** By name; null until they were listed once. */
  private @Nullable Map<String, JobView> jobs;

  private @Nullable Map<String, PodView> pods;

  /** By name; not all of the namespace concern our jobs. They are waited for by nobody. */
  private final Map<String, Warning> warnings = new HashMap<>();

  private final Map<String, JobState> told = new HashMap<>();

  /** By uid: failed, and nobody heard of it yet. */
  private final Map<String, JobView> failed = new LinkedHashMap<>();

  /** The uids of those of them whose pods are read right now. */
  private final Set<String> reading = new HashSet<>();

  private final Set<String> cancelled = new HashSet<>();

  /** Being launched, or failed to be: the launch says why, when what it made goes. */
  private final Set<String> launching = new HashSet<>();

  private @Nullable BiConsumer<String, JobState> listener;

  JobWatch(KubernetesClient cluster, JobObjects objects, String namespace, Backoff backoff) {
    this.objects = objects;
    Watched watched = new Watched(objects, namespace);
    this.watches =
        List.of(
            new ResourceWatch<>("jobs", cluster, watched.jobs(), new Jobs(), backoff),
            new ResourceWatch<>("pods", cluster, watched.pods(), new Pods(), backoff),
            new ResourceWatch<>("events", cluster, watched.warnings(), new Warnings(), backoff));
  }

  synchronized void start(BiConsumer<String, JobState> newListener) {
    if (listener != null) {
      throw new IllegalStateException("the jobs are watched already");
    }
    listener = newListener;
    watches.forEach(ResourceWatch::start);
  }

  /** Whether the Job of a task, when it is gone, is so because it was asked for here. */
  synchronized void setCancelled(String taskId, boolean here) {
    if (here && listener != null) {
      cancelled.add(taskId);
    } else {
      cancelled.remove(taskId);
    }
  }

  /** Whether the Job of a task is being launched, which takes back what it made when it fails. */
  synchronized void setLaunching(String taskId, boolean now) {
    if (now && listener != null) {
      launching.add(taskId);
    } else {
      launching.remove(taskId);
    }
  }

  @Override
  public void close() {
    watches.forEach(ResourceWatch::close);
  }

  private synchronized void allJobs(List<JobView> listed) {
    Map<String, JobView> before = jobs;
    Map<String, JobView> now = new LinkedHashMap<>();
    listed.forEach(job -> now.put(job.name(), job));
    jobs = now;
    if (before != null) {
      for (JobView job : before.values()) {
        JobView there = now.get(job.name());
        if (there == null) {
          gone(job);
        } else if (!there.uid().equals(job.uid())) {
          told.remove(job.uid()); // launched again meanwhile
        }
      }
    }
    tellAll();
  }

  private synchronized void allPods(List<PodView> listed) {
    Map<String, PodView> now = new LinkedHashMap<>();
    listed.forEach(pod -> now.put(pod.name(), pod));
    pods = now;
    tellAll();
  }

  private synchronized void jobChanged(JobView job) {
    if (jobs != null) {
      jobs.put(job.name(), job);
      tell(job);
    }
  }

  private synchronized void jobDeleted(JobView job) {
    if (jobs != null && jobs.remove(job.name()) != null) {
      gone(job);
    }
  }

  private synchronized void podChanged(PodView pod, boolean deleted) {
    if (pods != null) {
      if (deleted) {
        pods.remove(pod.name());
      } else {
        pods.put(pod.name(), pod);
      }
      tell(pod.jobUid());
    }
  }

  private synchronized void allWarnings(List<Warning> listed) {
    warnings.clear();
    listed.forEach(warning -> warnings.put(warning.name(), warning));
    tellAll();
  }

  private synchronized void warningChanged(Warning warning, boolean deleted) {
    if (deleted) { // when it is old, by the cluster; what it told may still be so
      warnings.remove(warning.name());
      return;
    }
    warnings.put(warning.name(), warning);
    tell(warning.uid());
    for (PodView pod : pods == null ? List.<PodView>of() : List.copyOf(pods.values())) {
      if (pod.uid().equals(warning.uid())) {
        tell(pod.jobUid());
      }
    }
  }

  private void tell(String jobUid) {
    for (JobView job : jobs == null ? List.<JobView>of() : List.copyOf(jobs.values())) {
      if (job.uid().equals(jobUid)) {
        tell(job);
      }
    }
  }

  private void tellAll() {
    if (jobs != null) {
      List.copyOf(jobs.values()).forEach(this::tell);
    }
  }

  private void tell(JobView job) {
    JobState last = told.get(job.uid());
    if (jobs == null
        || pods == null
        || job.deleting()
        || (last != null && last.phase().isFinal())) {
      return; // an end is told once: what is cleaned up after it changes nothing
    }
    JobState state = job.state(pods.values(), warnings.values());
    if (state.phase() == Phase.FAILED) {
      failed.putIfAbsent(job.uid(), job);
    } else {
      tell(job, state);
    }
  }

  /**
   * The two watches do not wait for each other, and the pods say why a job failed. So they are read
   * once more, while no lock is held: that takes as long as a cluster likes.
   */
  private void tellFailed() {
    for (JobView job = nextFailed(); job != null; job = nextFailed()) {
      List<PodView> read = null;
      try {
        read = podsNow(job);
      } finally {
        failed(job, read);
      }
    }
  }

  private synchronized @Nullable JobView nextFailed() {
    for (JobView job : failed.values()) {
      if (reading.add(job.uid())) {
        return job;
      }
    }
    return null;
  }

  /** Also when it went meanwhile: that it failed was before. */
  private synchronized void failed(JobView job, @Nullable List<PodView> read) {
    failed.remove(job.uid());
    reading.remove(job.uid());
    Collection<PodView> known = pods == null ? List.of() : pods.values();
    JobState state = job.state(read == null ? known : read, List.of());
    JobState last = told.get(job.uid());
    if (last != null && last.reason() != null && state.pods().isEmpty()) {
      state = withReasonBefore(state, last);
    }
    tell(job, state);
    JobView there = jobs == null ? null : jobs.get(job.name());
    if (there == null || !there.uid().equals(job.uid())) {
      told.remove(job.uid());
    }
  }

  /** A deadline takes the pods away, and with them what they waited for. */
  private static JobState withReasonBefore(JobState state, JobState last) {
    String before = last.reason() + (last.message() == null ? "" : " (" + last.message() + ")");
    return new JobState(
        state.phase(),
        state.reason(),
        (state.message() == null ? "" : state.message() + "; ") + "before that: " + before,
        last.pods());
  }

  /** Null where they cannot be read. */
  private @Nullable List<PodView> podsNow(JobView job) {
    try {
      return objects.pods(JobNames.selector(job.taskId()));
    } catch (ApiFailure e) {
      LOG.debug("the pods of {} could not be read: {}", job.name(), e.getMessage());
      return null;
    }
  }

  private void gone(JobView job) {
    boolean ours = cancelled.remove(job.taskId());
    boolean failsToLaunch = launching.remove(job.taskId());
    if (failed.containsKey(job.uid())) {
      return; // who reads its pods is yet to tell how it ended
    }
    JobState last = told.remove(job.uid());
    if (failsToLaunch) {
      return;
    }
    if (last == null || !last.phase().isFinal()) {
      JobState state =
          ours
              ? new JobState(Phase.FAILED, "Cancelled", "the job was cancelled", List.of())
              : new JobState(
                  Phase.FAILED, "Deleted", "somebody deleted the Job " + job.name(), List.of());
      hand(job.taskId(), state);
    }
  }

  private void tell(JobView job, JobState state) {
    if (!state.equals(told.put(job.uid(), state))) {
      hand(job.taskId(), state);
    }
  }

  private void hand(String taskId, JobState state) {
    if (listener == null || taskId.isEmpty()) {
      return;
    }
    try {
      listener.accept(taskId, state);
    } catch (RuntimeException | Error e) { // else nobody would watch any more
      LOG.error("the listener failed on the state of the job {}", taskId, e);
    }
  }

  private final class Jobs implements ResourceWatch.Sink<JobView> {
    @Override
    public void all(List<JobView> listed) {
      allJobs(listed);
      tellFailed();
    }

    @Override
    public void changed(JobView job) {
      jobChanged(job);
      tellFailed();
    }

    @Override
    public void deleted(JobView job) {
      jobDeleted(job);
      tellFailed();
    }
  }

  private final class Pods implements ResourceWatch.Sink<PodView> {
    @Override
    public void all(List<PodView> listed) {
      allPods(listed);
      tellFailed();
    }

    @Override
    public void changed(PodView pod) {
      podChanged(pod, false);
      tellFailed();
    }

    @Override
    public void deleted(PodView pod) {
      podChanged(pod, true);
      tellFailed();
    }
  }

  private final class Warnings implements ResourceWatch.Sink<Warning> {
    @Override
    public void all(List<Warning> listed) {
      allWarnings(listed);
      tellFailed();
    }

    @Override
    public void changed(Warning warning) {
      warningChanged(warning, false);
      tellFailed();
    }

    @Override
    public void deleted(Warning warning) {
      warningChanged(warning, true);
      tellFailed();
    }
  }
}
