package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.registry.TaskRegistry;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /task/{id}/token}, role write: a token that lets the job of this task in, and only as
 * far as it needs.
 *
 * @param tokens null where there is no key to make them with
 */
record TaskTokenRoutes(TaskRegistry tasks, @Nullable TaskTokens tokens) implements Routes {

  @Override
  public void add(RoutesConfig routes) {
    routes.post("/task/{id}/token", this::issue);
  }

  private void issue(Context ctx) {
    String id = ctx.pathParam("id");
    if (tokens == null) { // as of a registry that has no such endpoint
      throw new NotFoundException(
          "this server issues no tokens; it needs --token-file and --credentials-key-file", id);
    }
    String taskId = tasks.get(id).taskId();
    ctx.header("Cache-Control", "no-store");
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("task_id", taskId);
    data.put("token", tokens.token(taskId));
    Answers.success(ctx, data);
  }
}
