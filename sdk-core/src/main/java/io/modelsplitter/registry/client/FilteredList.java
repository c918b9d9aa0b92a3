package io.modelsplitter.registry.client;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Query;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The records that a filter selects, at a path that takes the filter as its body and the rest of a
 * {@link Query} in the query string. Thread-safe.
 *
 * @param what the answer's name for messages
 * @param bare whether the answer is the list itself, without the envelope
 * @param fromWire reads a record
 */
record FilteredList<T>(
    RegistryHttp http,
    String path,
    String what,
    boolean bare,
    Function<Map<String, Object>, T> fromWire) {
  /** What a path would mean something else with in {@code field,-field}. */
  private static final Pattern SPECIAL = Pattern.compile("^[-{]|,|^\\s*$");

  /** In the envelope. */
  FilteredList(
      RegistryHttp http, String path, String what, Function<Map<String, Object>, T> fromWire) {
    this(http, path, what, false, fromWire);
  }

  /** Hands over what matches while it arrives. */
  Optional<String> query(Query query, Consumer<? super T> action) {
    return stream("POST", url(query).build(), query.filter().toMap(), action);
  }

  Explanation explain(Query query) {
    HttpUrl url = url(query).addQueryParameter("explain", "true").build();
    return Explanation.fromMap(http.call("POST", url, query.filter().toMap(), true, "").data());
  }

  /** Hands over the elements of a streamed answer. */
  Optional<String> stream(
      String method, HttpUrl url, @Nullable Map<String, ?> body, Consumer<? super T> action) {
    boolean[] begun = {false};
    return http.exchange(
        method,
        url,
        body,
        () -> !begun[0], // once the action has seen a part of the answer it cannot begin again
        response -> {
          if (!response.isSuccessful()) {
            throw http.failure(response, "");
          }
          InputStream in = response.body().byteStream();
          boolean[] isHandedOver = {false};
          try {
            (bare ? Json.bareElements(what, in) : Json.elements(what, in))
                .forEach(
                    element -> {
                      begun[0] = true;
                      isHandedOver[0] = true;
                      action.accept(fromWire.apply(element));
                      isHandedOver[0] = false;
                    });
          } catch (BadInputException e) {
            throw isHandedOver[0] ? e : http.unreadable(response, e);
          }
          return Links.next(response);
        });
  }

  private HttpUrl.Builder url(Query query) {
    HttpUrl.Builder url = http.url(path);
    if (query.limit() > 0) {
      url.addQueryParameter("limit", String.valueOf(query.limit()));
    }
    addSort(url, query);
    if (query.after() != null) {
      url.addQueryParameter("after", query.after());
    }
    return url;
  }

  /** The order of a query as an option in the query string. */
  static void addSort(HttpUrl.Builder url, Query query) {
    List<Query.Sort> sort = query.sort();
    if (sort.isEmpty()) {
      return;
    }
    boolean isPlain = sort.stream().noneMatch(key -> SPECIAL.matcher(key.field()).find());
    url.addQueryParameter("sort", isPlain ? plain(sort) : Json.write(directions(sort)));
  }

  /** Which every registry of the field understands. */
  private static String plain(List<Query.Sort> sort) {
    return sort.stream()
        .map(key -> (key.descending() ? "-" : "") + key.field())
        .collect(Collectors.joining(","));
  }

  /** Mongo's form of an order, in which the first of two keys of one path counts. */
  static Map<String, Integer> directions(List<Query.Sort> sort) {
    Map<String, Integer> directions = new LinkedHashMap<>();
    sort.forEach(key -> directions.putIfAbsent(key.field(), key.descending() ? -1 : 1));
    return directions;
  }
}
