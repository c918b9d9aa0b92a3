package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.modelsplitter.json.Json;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A server of all registries for the tests of one class, and a client that is not ours. */
abstract class WireServer {
  private static RemoteRegistries remote;

  String hash = "";

  @BeforeAll
  static void start() {
    remote = new RemoteRegistries();
  }

  @AfterAll
  static void stop() {
    remote.close();
  }

  @BeforeEach
  void useANewHash() {
    hash = UUID.randomUUID().toString();
  }

  static String url() {
    return remote.url();
  }

  static HttpResponse<String> send(String method, String path, String body, String... headers) {
    return HttpRequests.send(URI.create(url()), method, path, body, headers);
  }

  static Map<String, Object> json(HttpResponse<String> response) {
    assertEquals(
        "application/json",
        response.headers().firstValue("Content-Type").orElse("").split(";", 2)[0]);
    return Json.parseObject("answer", response.body());
  }

  String layer() {
    return """
        {"model_layer_hash": "%s", "model_asset_id": "%s",
         "model_component_registry_uri": "registry://component/decoder",
         "model_layer_public_url": "https://example.com/layers/abc123",
         "model_layer_metadata": [{"precision": "fp16"}],
         "model_layer_rank": 0, "model_world_size": 4}
        """
        .formatted(hash, hash);
  }

  static String error(HttpResponse<String> response) {
    Map<String, Object> json = json(response);
    assertEquals(false, json.get("success"));
    assertFalse(response.body().contains("Exception"), response::body);
    return String.valueOf(json.get("error"));
  }
}
