package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Deadline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Request bodies: JSON objects of a bounded size. */
final class Bodies {
  /** So much of a body that is too large is still read. */
  private static final long MAX_SKIPPED = 24L << 20;

  private Bodies() {}

  /** So large may a body be. */
  static int max(Context ctx) {
    return ctx.appData(Limits.KEY).bodyBytes();
  }

  static Map<String, Object> object(Context ctx) {
    checkType(ctx.contentType());
    long announced = ctx.req().getContentLengthLong();
    int most = max(ctx);
    if (announced > most + MAX_SKIPPED) {
      throw tooLarge(most);
    }
    try (InputStream in = new TimelyStream(ctx.req().getInputStream())) {
      byte[] body = announced > most ? new byte[0] : in.readNBytes(most + 1);
      if (body.length > most || announced > most) {
        skip(in, most + MAX_SKIPPED);
        throw tooLarge(most);
      }
      return Json.parseObject("the request body", body);
    } catch (IOException e) {
      throw new HttpResponseException(400, "the request body broke off");
    }
  }

  /**
   * A client that is still sending may not see an answer before it is done: the connection is reset
   * under its hands. So what it sends is taken, within bounds.
   */
  private static void skip(InputStream in, long most) throws IOException {
    byte[] skipped = new byte[64 << 10];
    long left = most;
    int read = 0;
    while (left > 0 && read >= 0) {
      read = in.read(skipped);
      left -= read;
    }
  }

  /** A missing type is taken as JSON, and a charset is ignored: JSON is UTF-8. */
  private static void checkType(@Nullable String type) {
    if (type == null || type.isBlank()) {
      return;
    }
    String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!media.equals("application/json") && !media.endsWith("+json")) {
      throw new HttpResponseException(
          415, "Content-Type must be application/json, not " + Json.show(media));
    }
  }

  /** However little a client sends at a time, all of it has to come before the deadline. */
  private static final class TimelyStream extends FilterInputStream {
    TimelyStream(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Deadline.check();
      return super.read(bytes, offset, length);
    }
  }

  private static HttpResponseException tooLarge(int most) {
    return new HttpResponseException(413, "the request body has more than " + most + " bytes");
  }
}
