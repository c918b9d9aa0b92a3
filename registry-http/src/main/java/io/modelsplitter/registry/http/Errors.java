package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.modelsplitter.error.AccessDeniedException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.json.Json;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where exceptions become statuses. */
final class Errors {
  private static final Logger log = LoggerFactory.getLogger(Errors.class);

  /** How long a client should wait before it tries again, in seconds. */
  private static final String RETRY_AFTER = "1";

  private Errors() {}

  static void answer(Exception e, Context ctx) {
    if (ctx.res().isCommitted()) {
      if (!(e instanceof Answers.ClientGoneException)) {
        log.error("request {}, {} {}, broke off", id(ctx), ctx.method(), ctx.path(), e);
      }
      breakOff(ctx);
      return;
    }
    if (e instanceof HttpResponseException response) {
      String methods = response.getDetails().getOrDefault("availableMethods", "");
      if (response.getStatus() == 405) {
        ctx.header("Allow", methods);
      }
      if (response.getStatus() == 401) {
        ctx.header("WWW-Authenticate", "Bearer");
      }
      if (response.getStatus() == 429) {
        ctx.header("Retry-After", RETRY_AFTER);
      }
      send(ctx, response.getStatus(), message(ctx, response), null);
    } else if (e instanceof BadInputException) {
      send(ctx, 400, text(e), null);
    } else if (e instanceof NotFoundException) {
      send(ctx, 404, text(e), null);
    } else if (e instanceof ConflictException conflict) {
      send(
          ctx,
          e instanceof VersionConflictException ? 412 : 409,
          text(e),
          conflict.stored().isEmpty() ? null : conflict.stored());
    } else if (e instanceof AccessDeniedException) {
      send(ctx, 403, text(e), null);
    } else if (e instanceof UnavailableException) {
      if (e.getCause() != null) {
        log.warn(
            "request {}, {} {}: {}: {}",
            id(ctx),
            ctx.method(),
            ctx.path(),
            text(e),
            rootCause(e).toString());
      }
      if (e instanceof UpstreamException) {
        send(ctx, 502, text(e), null);
      } else {
        ctx.header("Retry-After", RETRY_AFTER);
        send(ctx, 503, text(e), null);
      }
    } else {
      log.error("internal error {} in {} {}", id(ctx), ctx.method(), ctx.path(), e);
      send(ctx, 500, internal(id(ctx)), null);
    }
  }

  private static String id(Context ctx) {
    return RequestIds.of(ctx.res());
  }

  private static String internal(String id) {
    return "internal error " + id + "; the server's log says more";
  }

  /** The answer has begun, so only the end of the connection tells that it is not whole. */
  private static void breakOff(Context ctx) {
    ServletContextRequest request = ServletContextRequest.getServletContextRequest(ctx.req());
    request.getConnectionMetaData().getConnection().getEndPoint().close();
  }

  /** An {@code Error}, such as too little memory for one request, ends that request only. */
  static void answerError(HttpServletResponse response, Error error) {
    String id = RequestIds.of(response);
    log.error("internal error {}", id, error);
    if (response.isCommitted()) {
      return;
    }
    response.setStatus(500);
    response.setContentType("application/json");
    try {
      response.getOutputStream().write(bytes(envelope("", internal(id), null)));
    } catch (IOException e) {
      log.warn("nobody takes the answer: {}", e.getMessage());
    }
  }

  private static void send(
      Context ctx, int status, String error, @Nullable Map<String, Object> data) {
    ctx.res().resetBuffer(); // a streamed answer may have begun to fill it
    ctx.status(status);
    Answers.json(ctx, envelope(ctx.path(), error, data));
  }

  /**
   * The task service's clients read {@code message}, and those of blocks know nothing else.
   *
   * @param path what was asked for, or empty where that is not known
   */
  static Map<String, Object> envelope(
      String path, String error, @Nullable Map<String, Object> data) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    boolean bare = path.equals("/blocks") || path.startsWith("/blocks/");
    if (!bare) {
      envelope.put("success", false);
      envelope.put("error", error);
    }
    if (bare || path.isEmpty() || path.startsWith("/task")) {
      envelope.put("message", error);
    }
    if (data != null) {
      envelope.put("data", data);
    }
    return envelope;
  }

  private static byte[] bytes(Map<String, Object> envelope) {
    return Json.writeBytes(envelope);
  }

  private static String message(Context ctx, HttpResponseException e) {
    return switch (e.getStatus()) {
      case 404 -> "there is no such endpoint";
      case 405 -> "this endpoint does not have this method";
      case 413 -> "the request body has more than " + Bodies.max(ctx) + " bytes";
      default -> text(e);
    };
  }

  private static String text(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static Throwable rootCause(Throwable e) {
    return e.getCause() == null ? e : rootCause(e.getCause());
  }
}
