package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Deadline;
import io.modelsplitter.registry.Stored;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.eclipse.jetty.http.DateGenerator;

/** Answers in the envelope, and bare lists. */
final class Answers {
  private static final String JSON = "application/json";
  private static final int BUFFER = 32 << 10;

  /** What stands around a list. */
  record Around(String before, String after) {}

  static final Around ENVELOPE = new Around("{\"success\": true, \"data\": [", "]}");

  static final Around BARE = new Around("[", "]");

  private Answers() {}

  /** The headers that tell what no field does: the version, and when it was made. */
  static void version(Context ctx, Stored<?> stored) {
    ctx.header("ETag", "\"" + stored.version() + "\"");
    ctx.header("Last-Modified", DateGenerator.formatDate(stored.modified().toEpochMilli()));
  }

  static void success(Context ctx, Object data) {
    Map<String, Object> envelope = new LinkedHashMap<>();
    envelope.put("success", true);
    envelope.put("data", data);
    json(ctx, envelope);
  }

  /** Data with a message before it. */
  static Map<String, Object> withMessage(String message, Map<String, Object> data) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("message", message);
    all.putAll(data);
    return all;
  }

  static void json(Context ctx, Object body) {
    ctx.contentType(JSON).result(Json.writeBytes(body));
  }

  /** A page of a list, with the place to go on in a {@code Link} header. */
  static void page(Context ctx, List<Map<String, Object>> elements, Optional<String> next) {
    next.ifPresent(cursor -> ctx.header("Link", Parameters.nextLink(ctx, cursor)));
    success(ctx, elements);
  }

  /**
   * A list that is written while it is read, so that it is never held whole. When reading fails
   * after a part was sent, the answer ends without its closing brackets, which no client takes for
   * a whole one. As long as it goes on it may: each element has the time that a request has.
   */
  static <T> void stream(
      Context ctx, Function<T, Map<String, Object>> wire, Consumer<Consumer<T>> source) {
    stream(ctx, ENVELOPE, wire, source);
  }

  /** As above, with something else around the list. */
  static <T> void stream(
      Context ctx,
      Around around,
      Function<T, Map<String, Object>> wire,
      Consumer<Consumer<T>> source) {
    ctx.contentType(JSON);
    try {
      OutputStream out = new BufferedOutputStream(ctx.res().getOutputStream(), BUFFER);
      out.write(around.before.getBytes(StandardCharsets.US_ASCII));
      boolean[] first = {true};
      source.accept(
          element -> {
            try {
              out.write(first[0] ? new byte[0] : new byte[] {',', ' '});
              first[0] = false;
              out.write(Json.writeBytes(wire.apply(element)));
              Deadline.restart();
            } catch (IOException e) {
              throw new ClientGoneException(e);
            }
          });
      out.write(around.after.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException e) {
      throw new ClientGoneException(e);
    }
  }

  /** Nobody is there to read the answer. */
  static final class ClientGoneException extends RuntimeException {
    ClientGoneException(IOException cause) {
      super(cause);
    }
  }
}
