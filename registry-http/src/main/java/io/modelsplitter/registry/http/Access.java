package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import io.modelsplitter.error.AccessDeniedException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may do what, where tokens are asked for.
 *
 * <p>{@code read} may get and query. {@code write} may also create, change and delete, and asks for
 * the tokens of tasks. {@code admin} may also create and delete split runners, which deploys and
 * takes away, and set a final task to another status. The token of a task may get and update its
 * own task, get, query and create layers, add to their sets, and query blocks. What is not named is
 * refused. Thread-safe.
 */
final class Access {
  /** What is asked by POST changes nothing. */
  private static final Set<String> QUERIES =
      Set.of("/model-layers", "/split-runners", "/tasks", "/blocks/query");

  private static final Set<String> OF_TASKS =
      Set.of("POST /task_update", "POST /model-layer", "POST /model-layers", "POST /blocks/query");

  private static final Set<String> READING = Set.of("GET", "HEAD");

  private final TokenFile file;
  private final @Nullable TaskTokens taskTokens;
  private final @Nullable RateLimit rate;

  /**
   * @param taskTokens null where there is no key to make them with
   */
  Access(TokenFile file, @Nullable TaskTokens taskTokens) {
    this(file, taskTokens, null);
  }

  /**
   * @param rate null where nobody counts
   */
  Access(TokenFile file, @Nullable TaskTokens taskTokens, @Nullable RateLimit rate) {
    this.rate = rate;
    this.file = file;
    this.taskTokens = taskTokens;
  }

  @Nullable TaskTokens taskTokens() {
    return taskTokens;
  }

  /** Stops a request whose token does not allow it. */
  void check(Context ctx) {
    if (HealthRoutes.PATHS.contains(ctx.path())
        || DocumentationRoutes.PATHS.contains(ctx.path())
        || PageRoutes.PATHS.contains(ctx.path())
        || HandlerType.OPTIONS.equals(ctx.method())) {
      return; // a probe has no token, nor has a browser that asks whether it may ask
    }
    Caller caller = caller(token(ctx));
    Caller.remember(ctx, caller);
    if (rate != null) {
      rate.take(token(ctx));
    }
    String method = ctx.method().name();
    String path = ctx.path().length() > 1 ? ctx.path().replaceFirst("/$", "") : ctx.path();
    if (caller instanceof Caller.Known known) {
      Role needed = needed(method, path);
      if (known.role().compareTo(needed) < 0) {
        throw new AccessDeniedException("this needs a token with the role " + needed.word());
      }
    } else if (caller instanceof Caller.OfTask task && !mayTask(task.taskId(), method, path)) {
      throw new AccessDeniedException("this is more than a task's token may do");
    }
  }

  private static Role needed(String method, String path) {
    boolean asks = method.equals("POST") && QUERIES.contains(path);
    if (READING.contains(method) || asks) {
      return Role.READ;
    }
    boolean deploys = method.equals("POST") && path.equals("/split-runner");
    boolean takesAway = method.equals("DELETE") && path.startsWith("/split-runner/");
    return deploys || takesAway ? Role.ADMIN : Role.WRITE;
  }

  private static boolean mayTask(String taskId, String method, String path) {
    boolean changesOne = READING.contains(method) || method.equals("PUT");
    return OF_TASKS.contains(method + " " + path)
        || (changesOne && path.equals("/task/" + taskId))
        || (changesOne && path.startsWith("/model-layer/"));
  }

  /** What the request sent as its Bearer token (RFC 6750); empty where it sent none. */
  static String token(Context ctx) {
    String header = ctx.header("Authorization");
    return header == null ? "" : header.replaceFirst("^(?i:Bearer) +", "");
  }

  private Caller caller(String token) {
    if (taskTokens != null) {
      Optional<String> taskId = taskTokens.taskId(token);
      if (taskId.isPresent()) {
        return new Caller.OfTask(taskId.get());
      }
    }
    return file.tokens()
        .holder(token)
        .orElseThrow(() -> new HttpResponseException(401, "a valid Bearer token is needed"));
  }
}
