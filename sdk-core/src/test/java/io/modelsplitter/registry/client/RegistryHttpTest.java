package io.modelsplitter.registry.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.modelsplitter.error.AccessDeniedException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Deadline;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.TaskChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients against services that are not ours. */
class RegistryHttpTest {
  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  static final String LAYER =
      """
      {"model_layer_hash": "h", "model_asset_id": "a", "model_component_registry_uri": "c",
       "model_layer_public_url": "u", "model_layer_metadata": [], "model_layer_rank": 0,
       "model_world_size": 1}
      """;

  private static ModelLayer layer() {
    return new ModelLayer("h", "a", "c", "u", List.of(), 0, 1);
  }

  private static ModelLayerClient layers() {
    return ModelLayerClient.at(server.baseUrl());
  }

  private static TaskClient tasks() {
    return TaskClient.at(server.baseUrl() + "/");
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 308})
  void call_redirectToAnotherScheme_isNotFollowed(int status) {
    String other = "https://u:s3cret@something.invalid/model-layer?k=s3cret";
    server.stubFor(
        any(anyUrl()).willReturn(aResponse().withStatus(status).withHeader("Location", other)));
    refused(
        BadInputException.class,
        () -> layers().create(layer()),
        status + " and points to https://something.invalid/model-layer;");
    server.verify(1, anyRequestedFor(anyUrl()));
  }

  @Test
  void call_redirectOfTheSameScheme_isFollowed() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(404)));
    server.stubFor(get("/model-layer/h").willReturn(temporaryRedirect("/below/h")));
    server.stubFor(
        get("/below/h").willReturn(okJson("{\"success\": true, \"data\": " + LAYER + "}")));
    assertEquals(layer(), layers().get("h").value());
  }

  @Test
  void call_afterTheDeadline_isNotSent() {
    server.stubFor(any(anyUrl()).willReturn(okJson("{\"success\": true, \"data\": []}")));
    ModelLayerClient client = ModelLayerClient.at(server.baseUrl());
    assertThrows(
        UnavailableException.class,
        () -> Deadline.within(Duration.ZERO, () -> client.query(Filter.all())));
    server.verify(0, anyRequestedFor(anyUrl()));
    assertEquals(
        List.of(), Deadline.within(Duration.ofMinutes(1), () -> client.query(Filter.all())));
  }

  @Test
  void create_answerWithoutTheLayer_isTheLayerThatWasSent() {
    server.stubFor(
        post("/model-layer").willReturn(okJson("{\"success\":true,\"data\":{\"id\":\"x\"}}")));
    assertEquals(layer(), layers().create(layer()).stored().value());
  }

  @Test
  void get_answerWithoutHeaders_hasNoVersion() {
    server.stubFor(
        get("/model-layer/h").willReturn(okJson("{\"success\":true,\"data\":" + LAYER + "}")));
    assertEquals(0, layers().get("h").version());
    assertEquals(layer().toMap(), layers().getModelLayer("h"));
  }

  @ParameterizedTest
  @CsvSource({
    "400,BadInputException",
    "401,AccessDeniedException",
    "403,AccessDeniedException",
    "404,NotFoundException",
    "409,ConflictException",
    "413,BadInputException",
    "500,UnavailableException",
  })
  void failure_isWhatTheCallerCanDo(int status, String expected) {
    server.stubFor(
        any(anyUrl())
            .willReturn(
                aResponse()
                    .withStatus(status)
                    .withBody("{\"success\":false,\"message\":\"because\",\"data\":{\"x\":1}}")));
    ModelSplitterException e =
        refused(ModelSplitterException.class, () -> layers().get("h"), "because");
    assertEquals(expected, e.getClass().getSimpleName());
    if (e instanceof ConflictException conflict) {
      assertEquals(Map.of("x", 1), conflict.stored());
    }
    if (e instanceof NotFoundException missing) {
      assertEquals("h", missing.id());
    }
  }

  @Test
  void success_false_isAFailureWhateverTheStatus() {
    server.stubFor(any(anyUrl()).willReturn(okJson("{\"success\":false,\"error\":\"because\"}")));
    assertThrows(BadInputException.class, () -> layers().get("h"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "[]", "{\"success\": tr"})
  void answer_thatIsNotTheEnvelope_isUnavailable(String body) {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(200).withBody(body)));
    assertThrows(UnavailableException.class, () -> layers().get("h"));
  }

  private static List<String> requestIds() {
    return server.getAllServeEvents().stream()
        .map(it -> String.valueOf(it.getRequest().getHeader("X-Request-Id")))
        .toList();
  }

  @Test
  void requestId_isTheSameOverRetriesAndAnotherForEachCall() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(503)));
    UnavailableException e = assertThrows(UnavailableException.class, () -> tasks().get("t"));
    List<String> ids = requestIds();
    assertEquals(4, ids.size());
    assertEquals(1, ids.stream().distinct().count(), ids::toString);
    assertTrue(ids.get(0).matches("[A-Za-z0-9._-]{1,128}"), ids::toString);
    assertTrue(String.valueOf(e.getMessage()).endsWith("(request " + ids.get(0) + ")"));
    server.resetRequests();
    assertThrows(UnavailableException.class, () -> tasks().delete("t"));
    assertFalse(requestIds().contains(ids.get(0)));
  }

  @Test
  void requestId_thatTheServiceAnswersIsTheOneThatIsNamed() {
    for (String named : List.of("theirs-1", "evil id", "")) {
      server.resetAll();
      server.stubFor(
          any(anyUrl())
              .willReturn(
                  aResponse()
                      .withStatus(502)
                      .withHeader("X-Request-Id", named)
                      .withBody("{\"success\":false,\"error\":\"because\"}")));
      UnavailableException e =
          assertThrows(UnavailableException.class, () -> layers().create(layer()));
      String expected = named.equals("theirs-1") ? named : requestIds().get(0);
      assertEquals("because (request " + expected + ")", e.getMessage());
    }
  }

  @Test
  void requestId_isNamedOnce() {
    server.stubFor(
        any(anyUrl())
            .willReturn(
                aResponse()
                    .withStatus(500)
                    .withHeader("X-Request-Id", "id-1")
                    .withBody("{\"success\":false,\"error\":\"internal error id-1\"}")));
    UnavailableException e = assertThrows(UnavailableException.class, () -> layers().get("h"));
    assertEquals("the model layers registry answered 500: internal error id-1", e.getMessage());
  }

  @Test
  void builder_saysHowOftenAndWithWhat() {
    server.stubFor(
        any(anyUrl()).willReturn(aResponse().withStatus(503).withHeader("Retry-After", "1")));
    ModelLayerClient never =
        ModelLayerClient.builder(server.baseUrl()).retries(0).token("s3cret").build();
    assertThrows(UnavailableException.class, () -> never.get("h"));
    server.verify(
        1,
        getRequestedFor(urlEqualTo("/model-layer/h"))
            .withHeader("Authorization", equalTo("Bearer s3cret")));
    TaskClient once = TaskClient.builder(server.baseUrl() + "/task_update").retries(1).build();
    assertThrows(UnavailableException.class, () -> once.get("t"));
    server.verify(2, getRequestedFor(urlEqualTo("/task/t")));
  }

  @Test
  void builder_timeout_endsWaiting() {
    server.stubFor(any(anyUrl()).willReturn(okJson("{}").withFixedDelay(60_000)));
    Blocks blocks =
        Blocks.builder(server.baseUrl()).timeout(Duration.ofMillis(50)).retries(0).build();
    assertThrows(UnavailableException.class, () -> blocks.get("b"));
  }

  @Test
  void builder_badValues_areRefused() {
    var builder = SplitRunnerClient.builder(server.baseUrl());
    assertThrows(BadInputException.class, () -> builder.retries(-1));
    assertThrows(BadInputException.class, () -> builder.retries(21));
    assertThrows(BadInputException.class, () -> builder.timeout(Duration.ZERO));
    assertThrows(BadInputException.class, () -> builder.connectTimeout(Duration.ofDays(2)));
    assertThrows(BadInputException.class, () -> Blocks.builder("blocks:3001").build());
  }

  @Test
  void query_isSentAsTheFilterItself() {
    server.stubFor(
        post("/model-layers").willReturn(okJson("{\"success\":true,\"data\":[" + LAYER + "]}")));
    assertEquals(List.of(layer()), layers().query(Filter.eq("model_asset_id", "a")));
    server.verify(
        postRequestedFor(urlEqualTo("/model-layers"))
            .withHeader("Content-Type", equalTo("application/json"))
            .withRequestBody(equalToJson("{\"model_asset_id\":{\"$eq\":\"a\"}}")));
    assertEquals(
        List.of(layer().toMap()), layers().queryModelLayers(Map.of("model_asset_id", "a")));
  }

  @ParameterizedTest
  @CsvSource({"401,AccessDeniedException", "404,UnavailableException", "502,UnavailableException"})
  void proxysPage_isJudgedByItsStatus(int status, String expected) {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status).withBody("<html>")));
    ModelSplitterException e =
        refused(ModelSplitterException.class, () -> layers().get("h"), String.valueOf(status));
    assertEquals(expected, e.getClass().getSimpleName());
  }

  @Test
  void taskUpdate_hasTheFormOfTheField() {
    server.stubFor(
        post("/task_update").willReturn(okJson("{\"success\":true,\"data\":{\"message\":\"x\"}}")));
    server.stubFor(get("/task/t").willReturn(okJson(task("complete"))));
    TaskClient client = TaskClient.at(server.baseUrl() + "/task_update");
    client.update("t", TaskChange.status("complete", Map.of("n", 1)));
    server.verify(
        postRequestedFor(urlEqualTo("/task_update"))
            .withRequestBody(
                equalToJson(
                    "{\"task_id\":\"t\",\"status\":\"complete\",\"task_status_data\":{\"n\":1}}")));
  }

  @Test
  void token_isSentAndNeverShown(@TempDir Path folder) throws IOException {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(401).withBody("{}")));
    Path file = Files.writeString(folder.resolve("token"), "s3cret\n");
    ModelLayerClient client =
        ModelLayerClient.from(
            Map.of(
                "MODEL_LAYERS_REGISTRY_URL",
                server.baseUrl().replace("//", "//user:passw0rd@"),
                "MODEL_SPLITTER_TOKEN_FILE",
                file.toString()));
    AccessDeniedException e = assertThrows(AccessDeniedException.class, () -> client.get("h"));
    assertFalse(String.valueOf(e.getMessage()).contains("s3cret"));
    assertFalse(String.valueOf(e.getMessage()).contains("passw0rd"));
    server.verify(
        anyRequestedFor(urlEqualTo("/model-layer/h"))
            .withHeader("Authorization", equalTo("Bearer s3cret")));
  }

  @Test
  void unreachable_saysWhereItLooked() {
    ModelLayerClient client = ModelLayerClient.at("http://u:p@127.0.0.1:1/base");
    UnavailableException e =
        assertThrows(
            UnavailableException.class,
            () -> client.update("h", Update.set("model_asset_id", "x")));
    assertTrue(
        String.valueOf(e.getMessage())
            .startsWith("cannot reach the model layers registry at http://127.0.0.1:1/base"),
        e::getMessage);
  }

  @Test
  void url_thatIsNone_isRefused() {
    assertThrows(BadInputException.class, () -> ModelLayerClient.at("registry:8002"));
    assertThrows(BadInputException.class, () -> ModelLayerClient.from(Map.of()));
    assertThrows(BadInputException.class, () -> TaskClient.from(Map.of()));
  }

  static String task(String status) {
    return """
        {"success": true, "data": {"task_id": "t", "task_type": "model_splits", "task_data": {},
         "task_status": "%s", "task_status_data": {}, "task_create_timestamp": 1700000000,
         "task_update_timestamp": 1700000000, "more": "is skipped"}}
        """
        .formatted(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "[]", "{\"success\": true}"})
  void query_answerThatIsNoList_isUnavailable(String body) {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(200).withBody(body)));
    assertThrows(UnavailableException.class, () -> layers().query(Filter.all()));
  }

  @Test
  void query_whatTheActionThrows_comesThrough() {
    server.stubFor(
        post("/model-layers").willReturn(okJson("{\"success\":true,\"data\":[" + LAYER + "]}")));
    BadInputException own = new BadInputException("the caller's own");
    BadInputException e =
        assertThrows(
            BadInputException.class,
            () ->
                layers()
                    .query(
                        Query.of(Filter.all()),
                        layer -> {
                          throw own;
                        }));
    assertSame(own, e);
  }

  @Test
  void token_thatNoHeaderCanHold_isRefusedAndNotShown() {
    var builder = ModelLayerClient.builder(server.baseUrl()).token("first\ns3cret");
    BadInputException e = assertThrows(BadInputException.class, builder::build);
    assertFalse(String.valueOf(e.getMessage()).contains("s3cret"), e::getMessage);
  }
}
