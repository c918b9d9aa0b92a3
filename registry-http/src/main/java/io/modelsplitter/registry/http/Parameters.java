package io.modelsplitter.registry.http;

import io.javalin.http.Context;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Query;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** Options in the query string. */
final class Parameters {

  private Parameters() {}

  /** A misspelt option would silently ask something else. */
  static void onlyKnown(Context ctx, Set<String> known) {
    for (String name : ctx.queryParamMap().keySet()) {
      if (!known.contains(name)) {
        throw new BadInputException(
            "unknown query parameter "
                + Json.show(name)
                + "; known are "
                + known.stream().sorted().toList());
      }
    }
  }

  /** {@code limit}, or 0 where there is none. */
  static int limit(Context ctx) {
    String text = ctx.queryParam("limit");
    if (text == null) {
      return 0;
    }
    if (!text.matches("[1-9][0-9]{0,4}")) {
      throw new BadInputException(
          "limit must be a number from 1 to %d, not %s; without it everything is streamed"
              .formatted(Query.MAX_LIMIT, Json.show(text)));
    }
    return Integer.parseInt(text);
  }

  /** {@code sort}, in either form. */
  static List<Query.Sort> sort(Context ctx) {
    String text = ctx.queryParam("sort");
    return text == null ? List.of() : Sorts.parse(text);
  }

  /** A flag; without it, false. */
  static boolean isTrue(Context ctx, String name) {
    String text = ctx.queryParam(name);
    if (text != null && !text.equals("true") && !text.equals("false")) {
      throw new BadInputException(name + " must be true or false, not " + Json.show(text));
    }
    return "true".equals(text);
  }

  /** The version of {@code If-Match}; none where any version will do. */
  static OptionalLong ifMatch(Context ctx) {
    String text = ctx.header("If-Match");
    if (text == null || text.equals("*")) {
      return OptionalLong.empty();
    }
    if (!text.matches("\"[0-9]{1,18}\"")) {
      throw new BadInputException(
          "If-Match must be the ETag of an answer, such as \"3\", not " + Json.show(text));
    }
    return OptionalLong.of(Long.parseLong(text.substring(1, text.length() - 1)));
  }

  /** The same request from a cursor on (RFC 8288). */
  static String nextLink(Context ctx, String cursor) {
    String query =
        ctx.queryParamMap().entrySet().stream()
            .filter(entry -> !entry.getKey().equals("after"))
            .flatMap(
                entry -> entry.getValue().stream().map(value -> Map.entry(entry.getKey(), value)))
            .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
            .collect(Collectors.joining("&"));
    String options = query.isEmpty() ? "" : query + "&";
    return "<" + ctx.path() + "?" + options + "after=" + encode(cursor) + ">; rel=\"next\"";
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
