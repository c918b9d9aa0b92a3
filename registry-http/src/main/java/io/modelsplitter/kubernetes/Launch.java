package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.JobSpec;
import io.modelsplitter.json.Json;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One launch: the suspended Job, then what it owns, then its beginning; or nothing of it. */
final class Launch {
  private static final Logger LOG = LoggerFactory.getLogger(Launch.class);

  /** What a ConfigMap can hold, less its frame. */
  private static final int MAX_TASK_DATA = 1_000_000;

  private final JobObjects objects;
  private final JobSettings settings;
  private final JobSpec job;
  private final String name;
  private boolean removes;

  Launch(JobObjects objects, JobSettings settings, JobSpec job) {
    this.objects = objects;
    this.settings = settings;
    this.job = job;
    this.name = JobNames.of(job.taskId());
  }

  void run() {
    int size = Json.write(job.taskData()).length();
    if (size > MAX_TASK_DATA) {
      throw new BadInputException(
          "task_data is %d bytes of JSON; a job on Kubernetes takes %d"
              .formatted(size, MAX_TASK_DATA));
    }
    JobView made;
    try {
      made = objects.create(JobManifests.job(job, settings));
    } catch (ApiFailure e) {
      if (e.status() == 409) {
        finishOther();
        return;
      }
      if (e.status() == 0 || e.status() >= 500) {
        removeUnlessRunning(e); // it may be there, only the answer was lost, or a proxy's
      }
      throw failed("Job", e);
    }
    try {
      finish(made);
    } catch (ModelSplitterException e) {
      remove(e);
      throw e;
    }
  }

  /** What a launch of the same task left, before this process was started or beside it. */
  private void finishOther() {
    JobView other;
    try {
      other = objects.job(name);
    } catch (ApiFailure e) {
      throw failed("Job", e);
    }
    if (other == null || other.deleting()) {
      throw new UnavailableException(
          "the Job " + name + " of a job before this one is being removed; try again", null);
    }
    if (!other.taskId().equals(job.taskId())) {
      throw new ConflictException(
          "there is a Job "
              + name
              + " in the namespace "
              + settings.namespace()
              + " that is not of the task "
              + job.taskId(),
          job.taskId(),
          Map.of());
    }
    if (other.suspended() && other.end() == null) {
      finish(other);
    }
  }

  private void finish(JobView made) {
    step(
        "PersistentVolumeClaim",
        () -> objects.create(JobManifests.claim(job, settings, made.uid())));
    if (JobManifests.isLarge(job)) {
      step("ConfigMap", () -> objects.create(JobManifests.taskData(job, settings, made.uid())));
    }
    try {
      objects.begin(name);
    } catch (ApiFailure e) {
      throw failed("Job", e);
    }
  }

  /** Whether the Job was there and is being removed, since its launch failed. */
  boolean removes() {
    return removes;
  }

  private interface Step {
    void run() throws ApiFailure;
  }

  private void step(String kind, Step step) {
    try {
      step.run();
    } catch (ApiFailure e) {
      if (e.status() != 409) { // of the same task, since the name is
        throw failed(kind, e);
      }
    }
  }

  private void removeUnlessRunning(ApiFailure failure) {
    try {
      JobView there = objects.job(name);
      if (there != null && there.suspended() && there.taskId().equals(job.taskId())) {
        removes = objects.deleteJob(name);
      }
    } catch (ApiFailure e) {
      failure.addSuppressed(e); // the cluster is away; a suspended Job does nothing
    }
  }

  private void remove(ModelSplitterException failure) {
    try {
      removes = objects.deleteJob(name); // what it owns goes with it
    } catch (ApiFailure e) {
      failure.addSuppressed(e);
      LOG.warn(
          "the Job {} in the namespace {} could not be removed after its launch failed: {}",
          name,
          settings.namespace(),
          Problems.describe(e));
    }
  }

  private ModelSplitterException failed(String kind, ApiFailure e) {
    String message =
        "cannot launch %s in the namespace %s (%s %s): %s"
            .formatted(job.containerImage(), settings.namespace(), kind, name, objects.explain(e));
    return e.isBadInput()
        ? new BadInputException(message, e)
        : new UnavailableException(message, e);
  }
}
