package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Model layers on the wire. */
class ModelLayerWireTest extends WireServer {

  @Test
  void createLayer_answers201ThenTheSame200ThenAnother409() {
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("message", "ModelLayer created");
    expected.put("id", hash);
    expected.putAll(Json.parseObject("layer", layer()));
    HttpResponse<String> created = send("POST", "/model-layer", layer());
    assertEquals(201, created.statusCode());
    assertEquals(Map.of("success", true, "data", expected), json(created));
    assertEquals(Optional.of("\"1\""), created.headers().firstValue("ETag"));

    HttpResponse<String> again = send("POST", "/model-layer", layer());
    assertEquals(200, again.statusCode());
    expected.put("message", "ModelLayer exists");
    assertEquals(expected, json(again).get("data"));

    HttpResponse<String> other = send("POST", "/model-layer", layer().replace("fp16", "fp32"));
    assertEquals(409, other.statusCode());
    assertTrue(error(other).contains(hash));
    assertEquals(Json.parseObject("layer", layer()), json(other).get("data"));
  }

  @Test
  void layer_getUpdateDelete() {
    send("POST", "/model-layer", layer());
    HttpResponse<String> got = send("GET", "/model-layer/" + hash, "");
    assertEquals(200, got.statusCode());
    assertEquals(Map.of("success", true, "data", Json.parseObject("layer", layer())), json(got));
    assertTrue(
        got.headers()
            .firstValue("Last-Modified")
            .orElse("")
            .matches("(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} [\\d:]{8} GMT"));

    HttpResponse<String> updated =
        send(
            "PUT",
            "/model-layer/" + hash,
            """
            {"$set": {"model_layer_public_url": "https://example.com/layers/abc123-v2",
             "model_layer_metadata": [{"precision": "fp32"}]}}
            """);
    assertEquals(200, updated.statusCode());
    assertTrue(updated.body().contains("\"ModelLayer updated\""));
    assertTrue(updated.body().contains("abc123-v2"));
    assertEquals(Optional.of("\"2\""), updated.headers().firstValue("ETag"));

    assertEquals(200, send("DELETE", "/model-layer/" + hash, "").statusCode());
    assertEquals(404, send("GET", "/model-layer/" + hash, "").statusCode());
    assertEquals(404, send("DELETE", "/model-layer/" + hash, "").statusCode());
    assertEquals(
        404,
        send("PUT", "/model-layer/" + hash, "{\"$set\":{\"model_asset_id\":\"x\"}}").statusCode());
  }

  @Test
  void layers_query_isTheFilterItself() {
    send("POST", "/model-layer", layer());
    String filter = "{\"model_asset_id\": \"%s\", \"model_layer_rank\": 0}".formatted(hash);
    for (String path : List.of("/model-layers", "/model-layers/")) {
      HttpResponse<String> found =
          send("POST", path, filter, "Content-Type", "application/json; charset=utf-8");
      assertEquals(
          Map.of("success", true, "data", List.of(Json.parseObject("layer", layer()))),
          json(found));
    }
    assertEquals(
        "{\"success\": true, \"data\": []}",
        send("POST", "/model-layers", "{\"model_asset_id\":\"none\"}").body());
  }

  @Test
  void layers_limit_linksToTheRest() {
    for (int rank = 0; rank < 3; rank++) {
      String other =
          layer()
              .replace("\"model_layer_hash\": \"", "\"model_layer_hash\": \"" + rank)
              .replace("rank\": 0", "rank\": " + rank);
      assertEquals(201, send("POST", "/model-layer", other).statusCode());
    }
    String filter = "{\"model_asset_id\": \"%s\"}".formatted(hash);
    List<Object> ranks = new ArrayList<>();
    String path = "/model-layers?limit=2&sort=-model_layer_rank,model_layer_hash";
    int pages = 0;
    while (!path.isEmpty()) {
      HttpResponse<String> page = send("POST", path, filter);
      pages++;
      for (Object layer : (List<?>) json(page).getOrDefault("data", List.of())) {
        ranks.add(((Map<?, ?>) layer).get("model_layer_rank"));
      }
      Matcher link =
          Pattern.compile("<(.*)>; rel=\"next\"")
              .matcher(page.headers().firstValue("Link").orElse(""));
      path = link.matches() ? link.group(1) : "";
    }
    assertEquals(List.of(2, 1, 0), ranks);
    assertEquals(2, pages);
  }

  @Test
  void metadata_thatIsTooDeep_is400AndNotStored() {
    String deepest = layer().replace("\"fp16\"", "[".repeat(197) + "]".repeat(197));
    assertEquals(201, send("POST", "/model-layer", deepest).statusCode());
    assertEquals(200, send("GET", "/model-layer/" + hash, "").statusCode());
    assertEquals(200, send("DELETE", "/model-layer/" + hash, "").statusCode());
    String deep = layer().replace("\"fp16\"", "[".repeat(198) + "]".repeat(198));
    assertEquals(400, send("POST", "/model-layer", deep).statusCode());
    assertEquals(404, send("GET", "/model-layer/" + hash, "").statusCode());
  }

  @Test
  void filter_ofTheWholeLanguage_isAnswered() {
    send("POST", "/model-layer", layer());
    String filter =
        """
        {"model_asset_id": "%s", "$or": [{"model_layer_rank": {"$gt": 5}},
         {"model_layer_metadata": {"$elemMatch": {"precision": {"$regex": "^FP", "$options": "i"}}}}]}
        """
            .formatted(hash);
    assertTrue(send("POST", "/model-layers", filter).body().contains(hash));
  }
}
