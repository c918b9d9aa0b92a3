package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.SplitJob;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.registry.Deadline;
import io.modelsplitter.registry.Task;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /start_model_split_job} and {@code /model_split_job/…}. */
final class SplitJobRoutes implements Routes {
  /** So much of a log is answered. */
  private static final int MAX_LOG = 1 << 20;

  private final @Nullable SplitJobs jobs;

  /**
   * @param jobs null where there is nothing to launch them with
   */
  SplitJobRoutes(@Nullable SplitJobs jobs) {
    this.jobs = jobs;
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/start_model_split_job", this::start);
    routes.get("/model_split_job/{id}", this::get);
    routes.head("/model_split_job/{id}", this::get);
    routes.get("/model_split_job/{id}/logs", this::logs);
    routes.delete("/model_split_job/{id}", this::cancel);
  }

  private SplitJobs jobs() {
    if (jobs == null) {
      throw new UnavailableException("no job launcher configured", null);
    }
    return jobs;
  }

  /** The specification has the id beside {@code success}, not in {@code data}. */
  private void start(Context ctx) {
    SplitJobs launching = jobs();
    SplitJob job = SplitJob.fromMap(Bodies.object(ctx));
    String key = ctx.header("Idempotency-Key");
    String taskId = Deadline.within(Limits.CLUSTER, () -> launching.start(job, key));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("success", true);
    answer.put("task_id", taskId);
    Answers.json(ctx, answer);
  }

  private void get(Context ctx) {
    String taskId = ctx.pathParam("id");
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("task_id", taskId);
    data.putAll(jobs().state(taskId).toMap());
    Answers.success(ctx, data);
  }

  private void logs(Context ctx) {
    ctx.contentType("text/plain; charset=utf-8").result(jobs().logs(ctx.pathParam("id"), MAX_LOG));
  }

  private void cancel(Context ctx) {
    SplitJobs running = jobs();
    String taskId = ctx.pathParam("id");
    Task task = Deadline.within(Limits.CLUSTER, () -> running.cancel(taskId));
    Answers.success(ctx, Answers.withMessage("Split job cancelled", task.toMap()));
  }
}
