package io.modelsplitter.registry.client;

import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.Registration;
import io.modelsplitter.registry.Stored;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/**
 * The model layers registry over HTTP. Thread-safe; nothing is sent before the first call.
 *
 * <pre>{@code
 * ModelLayerRegistry layers = ModelLayerClient.fromEnvironment();
 * List<ModelLayer> known = layers.query(Filter.eq("model_layer_hash", md5));
 * }</pre>
 */
public final class ModelLayerClient implements ModelLayerRegistry {
  private final RegistryHttp http;
  private final FilteredList<ModelLayer> layers;

  private ModelLayerClient(ClientSettings settings) {
    this.http = new RegistryHttp("model layers registry", settings);
    this.layers =
        new FilteredList<>(
            http,
            "model-layers",
            "the answer of the model layers registry",
            ModelLayerClient::fromWire);
  }

  /** {@return a client for the registry in {@code MODEL_LAYERS_REGISTRY_URL}} */
  public static ModelLayerClient fromEnvironment() {
    return from(System.getenv());
  }

  /**
   * As {@link #fromEnvironment()}, from these variables.
   *
   * @param environment the variables by their names, as {@link System#getenv()} gives them
   * @return the client; nothing is sent yet
   */
  public static ModelLayerClient from(Map<String, String> environment) {
    return new ModelLayerClient(
        ClientSettings.of(
            Endpoints.required(environment, "MODEL_LAYERS_REGISTRY_URL"),
            Endpoints.token(environment)));
  }

  /**
   * {@return a client for the registry at this base URL}
   *
   * @param url an http or https URL; a slash at its end is dropped
   */
  public static ModelLayerClient at(String url) {
    return builder(url).build();
  }

  /**
   * As {@link #at}, to say more.
   *
   * @param url an http or https URL; a slash at its end is dropped
   * @return a builder with the defaults
   */
  public static RegistryClientBuilder<ModelLayerClient> builder(String url) {
    return new RegistryClientBuilder<>(url, ModelLayerClient::new);
  }

  @Override
  public Registration<ModelLayer> create(ModelLayer layer) {
    String hash = layer.modelLayerHash();
    var answer = http.call("POST", http.url("model-layer").build(), wire(layer), true, hash);
    ModelLayer stored = read(answer.data(), layer);
    return new Registration<>(answer.stored(stored), answer.status() == 201);
  }

  /**
   * Registers a layer given as the specification's payload, and answers it as it is stored.
   *
   * @param payload the object that the endpoint takes, as JSON objects go
   * @return the stored layer
   */
  public Map<String, Object> createModelLayer(Map<String, ?> payload) {
    return create(ModelLayer.fromMap(payload)).stored().value().toMap();
  }

  @Override
  public Stored<ModelLayer> get(String modelLayerHash) {
    HttpUrl url = layerUrl(modelLayerHash);
    var answer = http.call("GET", url, null, true, modelLayerHash);
    return answer.stored(fromWire(answer.data()));
  }

  /**
   * {@return the layer with this hash as a document}
   *
   * @param layerHash the MD5 of the layer's file in lower-case hex
   */
  public Map<String, Object> getModelLayer(String layerHash) {
    return get(layerHash).value().toMap();
  }

  @Override
  public Stored<ModelLayer> update(String modelLayerHash, Update update) {
    HttpUrl url = layerUrl(modelLayerHash);
    boolean repeatable = RegistryHttp.isRepeatable(update);
    var answer = http.call("PUT", url, update.toMap(), repeatable, modelLayerHash);
    return answer.stored(fromWire(answer.data()));
  }

  @Override
  public Stored<ModelLayer> update(String modelLayerHash, Update update, long version) {
    HttpUrl url = layerUrl(modelLayerHash);
    Headers ifMatch = Headers.of("If-Match", "\"" + version + "\"");
    var answer = http.call("PUT", url, update.toMap(), ifMatch, false, modelLayerHash);
    return answer.stored(fromWire(answer.data()));
  }

  @Override
  public void delete(String modelLayerHash) {
    http.call("DELETE", layerUrl(modelLayerHash), null, false, modelLayerHash);
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super ModelLayer> action) {
    return layers.query(query, action);
  }

  @Override
  public Explanation explain(Query query) {
    return layers.explain(query);
  }

  /**
   * {@return the layers that match a filter in its wire form, as documents}
   *
   * @param queryFilter a filter in MongoDB's language, as JSON objects go
   */
  public List<Map<String, Object>> queryModelLayers(Map<String, ?> queryFilter) {
    return query(Filter.parse(queryFilter)).stream().map(ModelLayer::toMap).toList();
  }

  private HttpUrl layerUrl(String hash) {
    if (!RecordIds.isValid(hash)) {
      throw new NotFoundException("there is no model layer " + Json.show(hash), hash);
    }
    return http.url("model-layer", hash).build();
  }

  /** The full form, or, for a layer that is not wholly known, the short form without the rest. */
  private static Map<String, Object> wire(ModelLayer layer) {
    Map<String, Object> full = layer.toMap();
    if (layer.isComplete()) {
      return full;
    }
    Map<String, Object> brief = new LinkedHashMap<>(full);
    brief.remove("model_layer_hash");
    brief.put("layer_hash", layer.modelLayerHash());
    return brief;
  }

  /** What a registry answers is what it stored; one that answers less took what was sent. */
  private static ModelLayer read(Map<String, Object> data, ModelLayer sent) {
    return data.containsKey("model_asset_id") ? fromWire(data) : sent;
  }

  /** A stored layer may be brief, so its fields are read in the lenient form. */
  private static ModelLayer fromWire(Map<String, Object> data) {
    Map<String, Object> fields = new LinkedHashMap<>(data);
    fields.remove("message");
    fields.remove("id");
    Object hash = fields.remove("model_layer_hash");
    if (hash != null) {
      fields.put("layer_hash", hash);
    }
    return ModelLayer.fromMap(fields);
  }
}
