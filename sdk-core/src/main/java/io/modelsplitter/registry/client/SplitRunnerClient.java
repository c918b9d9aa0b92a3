package io.modelsplitter.registry.client;

import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Stored;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/**
 * The split runners registry over HTTP. Thread-safe; nothing is sent before the first call.
 *
 * <pre>{@code
 * SplitRunnerRegistry runners = SplitRunnerClient.fromEnvironment();
 * List<SplitRunner> known = runners.query(Filter.eq("split_runner_tags", "llm"));
 * }</pre>
 *
 * <p>Creating and deleting wait for the cluster, up to ten minutes. A create whose answer is lost
 * is not repeated, since it could deploy two; what it made is found by a query.
 */
public final class SplitRunnerClient implements SplitRunnerRegistry {
  private static final Duration DEPLOYING = Duration.ofMinutes(10);

  private final RegistryHttp http;
  private final RegistryHttp deploying;
  private final FilteredList<SplitRunner> runners;

  private SplitRunnerClient(ClientSettings settings) {
    this.http = new RegistryHttp("split runners registry", settings);
    this.deploying = http.patient(DEPLOYING);
    this.runners =
        new FilteredList<>(
            http,
            "split-runners",
            "the answer of the split runners registry",
            SplitRunnerClient::fromWire);
  }

  /** {@return a client for the registry in {@code SPLIT_RUNNERS_REGISTRY_URL}} */
  public static SplitRunnerClient fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the client; nothing is sent yet
   */
  public static SplitRunnerClient from(Map<String, String> environment) {
    return new SplitRunnerClient(
        ClientSettings.of(
            Endpoints.required(environment, "SPLIT_RUNNERS_REGISTRY_URL"),
            Endpoints.token(environment)));
  }

  /**
   * {@return a client for the registry at this base URL}
   *
   * @param url an http or https URL; a slash at its end is dropped
   */
  public static SplitRunnerClient at(String url) {
    return builder(url).build();
  }

  /**
   * As {@link #at}, to say more.
   *
   * @param url an http or https URL; a slash at its end is dropped
   * @return a builder with the defaults
   */
  public static RegistryClientBuilder<SplitRunnerClient> builder(String url) {
    return new RegistryClientBuilder<>(url, SplitRunnerClient::new);
  }

  @Override
  public Stored<SplitRunner> create(NewSplitRunner runner) {
    HttpUrl url = http.url("split-runner").build();
    var answer = deploying.call("POST", url, runner.toMap(), false, "");
    return answered(answer, String.valueOf(answer.data().get("id")));
  }

  /**
   * Creates a split runner given as the specification's payload, and answers it as it is.
   *
   * @param payload the object that the endpoint takes, as JSON objects go
   * @return the split runner, with its id and URL
   */
  public Map<String, Object> createSplitRunner(Map<String, ?> payload) {
    return create(NewSplitRunner.fromMap(payload)).value().toMap();
  }

  @Override
  public Stored<SplitRunner> get(String splitRunnerId) {
    var answer = http.call("GET", runnerUrl(splitRunnerId), null, true, splitRunnerId);
    return answer.stored(fromWire(answer.data()));
  }

  @Override
  public Stored<SplitRunner> update(String splitRunnerId, Update update) {
    HttpUrl url = runnerUrl(splitRunnerId);
    boolean repeatable = RegistryHttp.isRepeatable(update);
    var answer = http.call("PUT", url, update.toMap(), repeatable, splitRunnerId);
    return answered(answer, splitRunnerId);
  }

  @Override
  public Stored<SplitRunner> update(String splitRunnerId, Update update, long version) {
    HttpUrl url = runnerUrl(splitRunnerId);
    Headers ifMatch = Headers.of("If-Match", "\"" + version + "\"");
    var answer = http.call("PUT", url, update.toMap(), ifMatch, false, splitRunnerId);
    return answered(answer, splitRunnerId);
  }

  @Override
  public void delete(String splitRunnerId) {
    deploying.call("DELETE", runnerUrl(splitRunnerId), null, false, splitRunnerId);
  }

  @Override
  public void forget(String splitRunnerId) {
    HttpUrl url = runnerUrl(splitRunnerId).newBuilder().addQueryParameter("force", "true").build();
    deploying.call("DELETE", url, null, false, splitRunnerId);
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super SplitRunner> action) {
    return runners.query(query, action);
  }

  @Override
  public Explanation explain(Query query) {
    return runners.explain(query);
  }

  /**
   * {@return the split runners that match a filter in its wire form, as documents}
   *
   * @param queryFilter a filter in MongoDB's language, as JSON objects go
   */
  public List<Map<String, Object>> querySplitRunners(Map<String, ?> queryFilter) {
    return query(Filter.parse(queryFilter)).stream().map(SplitRunner::toMap).toList();
  }

  private HttpUrl runnerUrl(String id) {
    if (!RecordIds.isValid(id)) {
      throw new NotFoundException("there is no split runner " + Json.show(id), id);
    }
    return http.url("split-runner", id).build();
  }

  /** The specification's answers to a change hold no more than a message and perhaps the id. */
  private Stored<SplitRunner> answered(RegistryHttp.Answer answer, String id) {
    return answer.data().containsKey("split_runner_id")
        ? answer.stored(fromWire(answer.data()))
        : get(id);
  }

  private static SplitRunner fromWire(Map<String, Object> data) {
    Map<String, Object> fields = new LinkedHashMap<>(data);
    fields.remove("message");
    fields.remove("id");
    return SplitRunner.fromMap(fields);
  }
}
