package io.modelsplitter.registry.http;

import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSON object for each request, in one line, to the logger {@code io.modelsplitter.access}. What
 * a client wrote is escaped, so that nobody can forge a line; queries and headers are left out, as
 * secrets may be in them, and of tokens there are the names.
 */
final class AccessLog implements Consumer<Exchange> {
  private static final Logger log = LoggerFactory.getLogger("io.modelsplitter.access");

  private static final int MAX_METHOD = 32;
  private static final int MAX_PATH = 1_000;

  @Override
  public void accept(Exchange exchange) {
    if (log.isInfoEnabled()) {
      log.info("{}", line(exchange));
    }
  }

  private static String line(Exchange exchange) {
    Caller caller = exchange.caller();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("time", exchange.began().toString());
    fields.put("request_id", exchange.id());
    fields.put("method", cut(exchange.method(), MAX_METHOD));
    fields.put("route", exchange.route());
    fields.put("path", cut(exchange.path(), MAX_PATH));
    fields.put("status", exchange.status());
    fields.put("bytes", exchange.bytes());
    fields.put("milliseconds", TimeUnit.NANOSECONDS.toMicros(exchange.took().toNanos()) / 1_000.0);
    fields.put("caller", caller == null ? "" : caller.name());
    fields.put("remote_address", exchange.remote());
    return Json.write(fields).replace("\u007f", "\\u007f"); // the one that JSON lets pass
  }

  private static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + "...";
  }
}
