package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.modelsplitter.error.AccessDeniedException;
import io.modelsplitter.query.Update;
import java.util.Set;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/** Who sent a request, where tokens are asked for. */
sealed interface Caller permits Caller.Known, Caller.OfTask {

  /** Someone in the token file. */
  record Known(Role role, String name) implements Caller {}

  /** The job of one task. */
  record OfTask(String taskId) implements Caller {
    @Override
    public String name() {
      return "task:" + taskId;
    }
  }

  /** What logs call the holder of this token; never the token. */
  String name();

  /** Remembers who sent this request. */
  static void remember(Context ctx, Caller caller) {
    ctx.attribute(Caller.class.getName(), caller);
  }

  /** Who sent this request; null where everybody is let in. */
  static @Nullable Caller of(Context ctx) {
    return ctx.attribute(Caller.class.getName());
  }

  /** As {@link #of(Context)}; null also where no token was good. */
  static @Nullable Caller of(Request request) {
    return request.getAttribute(Caller.class.getName()) instanceof Caller caller ? caller : null;
  }

  /** Whether a token says that this is an administrator. */
  static boolean isAdmin(Context ctx) {
    return of(ctx) instanceof Known known && known.role() == Role.ADMIN;
  }

  /** Stops the job of a task that would report for another. */
  static void checkTask(Context ctx, String taskId) {
    if (of(ctx) instanceof OfTask own && !own.taskId().equals(taskId)) {
      throw new AccessDeniedException("a task's token may update its own task only");
    }
  }

  /** Stops the job of a task that would change a layer by more than saying that it reuses it. */
  static void checkUpdate(Context ctx, Update update) {
    if (of(ctx) instanceof OfTask && !Set.of("$addToSet").containsAll(update.toMap().keySet())) {
      throw new AccessDeniedException("a task's token may update layers with $addToSet only");
    }
  }
}
