package io.modelsplitter.registry.client;

import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.Stored;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/**
 * The block metadata registry over HTTP. Thread-safe; nothing is sent before the first call.
 *
 * <pre>{@code
 * List<Block> running = Blocks.fromEnvironment().query(componentUri, layerHash);
 * }</pre>
 *
 * <p>There are registries that answer every block where they do not understand a question. So each
 * block of an answer is checked here, and only what matches is handed over.
 */
public final class Blocks implements BlockRegistry {
  private final RegistryHttp http;
  private final FilteredList<Map<String, Object>> documents;

  private Blocks(ClientSettings settings) {
    this.http = new RegistryHttp("blocks registry", settings);
    this.documents =
        new FilteredList<>(
            http, "blocks", "the answer of the blocks registry", true, block -> block);
  }

  /** {@return a client for the registry in {@code BLOCK_DB_URL} or {@code BLOCKS_DB_URL}} */
  public static Blocks fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the client; nothing is sent yet
   */
  public static Blocks from(Map<String, String> environment) {
    return new Blocks(
        ClientSettings.of(
            Endpoints.required(environment, "BLOCK_DB_URL", "BLOCKS_DB_URL"),
            Endpoints.token(environment)));
  }

  /**
   * {@return a client for the registry at this base URL}
   *
   * @param url an http or https URL; a slash at its end is dropped
   */
  public static Blocks at(String url) {
    return builder(url).build();
  }

  /**
   * As {@link #at}, to say more.
   *
   * @param url an http or https URL; a slash at its end is dropped
   * @return a builder with the defaults
   */
  public static RegistryClientBuilder<Blocks> builder(String url) {
    return new RegistryClientBuilder<>(url, Blocks::new);
  }

  @Override
  public Stored<Block> create(Block block) {
    // A second time would be refused, so this is repeated only when nothing was sent.
    HttpUrl url = http.url("blocks").build();
    return stored(http.callBare("POST", url, block.toMap(), Headers.of(), false, block.id()));
  }

  @Override
  public Stored<Block> get(String id) {
    return stored(http.callBare("GET", blockUrl(id), null, Headers.of(), true, id));
  }

  @Override
  public Stored<Block> update(String id, Update update) {
    boolean repeatable = RegistryHttp.isRepeatable(update);
    Map<String, Object> body = update.toMap();
    return stored(http.callBare("PUT", blockUrl(id), body, Headers.of(), repeatable, id));
  }

  @Override
  public Stored<Block> update(String id, Update update, long version) {
    Headers ifMatch = Headers.of("If-Match", "\"" + version + "\"");
    return stored(http.callBare("PUT", blockUrl(id), update.toMap(), ifMatch, false, id));
  }

  @Override
  public void delete(String id) {
    http.callBare("DELETE", blockUrl(id), null, Headers.of(), false, id);
  }

  /** Asks in the plain form, which every registry of the field understands. */
  @Override
  public List<Block> query(String componentUri, String layerHash) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("componentUri", componentUri);
    plain.put("blockInitData.layerHash", layerHash);
    List<Block> blocks = new ArrayList<>();
    HttpUrl url = http.url("blocks", "query").build();
    ask(url, Map.of("query", plain), Filter.parse(plain), blocks::add);
    return blocks;
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super Block> action) {
    HttpUrl.Builder url = http.url("blocks", "query");
    Map<String, Object> options = new LinkedHashMap<>();
    if (!query.sort().isEmpty()) {
      options.put("sort", FilteredList.directions(query.sort()));
    }
    if (query.limit() > 0) {
      options.put("limit", query.limit());
      url.addQueryParameter("limit", String.valueOf(query.limit())); // ours links to the rest
    }
    if (query.after() != null) {
      url.addQueryParameter("after", query.after());
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("query", query.filter().toMap());
    if (!options.isEmpty()) {
      body.put("options", options);
    }
    return ask(url.build(), body, query.filter(), action);
  }

  private Optional<String> ask(
      HttpUrl url, Map<String, ?> body, Filter filter, Consumer<? super Block> action) {
    Predicate<Map<String, Object>> matches = filter.matcher();
    return documents.stream(
        "POST",
        url,
        body,
        block -> {
          if (matches.test(block)) {
            action.accept(Block.fromMap(block));
          }
        });
  }

  @Override
  public Explanation explain(Query query) {
    HttpUrl.Builder url = http.url("blocks", "query").addQueryParameter("explain", "true");
    FilteredList.addSort(url, query);
    Map<String, Object> body = Map.of("query", query.filter().toMap());
    return Explanation.fromMap(
        http.callBare("POST", url.build(), body, Headers.of(), true, "").body());
  }

  private HttpUrl blockUrl(String id) {
    if (!RecordIds.isValid(id)) {
      throw new NotFoundException("there is no block " + Json.show(id), id);
    }
    return http.url("blocks", id).build();
  }

  private static Stored<Block> stored(RegistryHttp.Answer answer) {
    return answer.stored(Block.fromMap(answer.body()));
  }
}
