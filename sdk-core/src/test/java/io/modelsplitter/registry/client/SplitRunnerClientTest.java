package io.modelsplitter.registry.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.put;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.SplitRunner;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The client against a service that answers as the specification's examples do, or breaks. */
class SplitRunnerClientTest {
  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  private static final String SECRET = "canary-of-a-cluster";

  private static final Map<String, Object> PAYLOAD =
      Map.of(
          "cluster_k8s_config",
          Map.of("token", SECRET),
          "split_runner_public_host",
          "192.168.0.106",
          "split_runner_metadata",
          Map.of("key", "value"),
          "split_runner_tags",
          List.of("tag1", "tag2"));

  private static final SplitRunner RUNNER =
      new SplitRunner(
          "runner-id", "http://host:32286", Map.of("key", "value"), "host", List.of("tag1"));

  private static SplitRunnerClient client() {
    return SplitRunnerClient.at(server.baseUrl());
  }

  private static String envelope(Object data) {
    return Json.write(Map.of("success", true, "data", data));
  }

  private static void stubGet() {
    server.stubFor(get("/split-runner/runner-id").willReturn(okJson(envelope(RUNNER.toMap()))));
  }

  @Test
  void create_answerWithoutTheRunner_isAskedFor() {
    server.stubFor(
        post("/split-runner")
            .willReturn(
                okJson(envelope(Map.of("message", "SplitRunner created", "id", "runner-id")))));
    stubGet();
    assertEquals(RUNNER.toMap(), client().createSplitRunner(PAYLOAD));
    server.verify(
        postRequestedFor(urlEqualTo("/split-runner"))
            .withRequestBody(equalToJson(Json.write(PAYLOAD))));
  }

  @Test
  void update_answerWithoutTheRunner_isAskedFor() {
    server.stubFor(
        put("/split-runner/runner-id")
            .willReturn(okJson(envelope(Map.of("message", "SplitRunner updated")))));
    stubGet();
    Update update = Update.addToSet("split_runner_tags", "x");
    assertEquals(RUNNER, client().update("runner-id", update).value());
  }

  @Test
  void query_sendsTheFilterItself() {
    server.stubFor(post("/split-runners").willReturn(okJson(envelope(List.of(RUNNER.toMap())))));
    Map<String, Object> filter = Map.of("split_runner_tags", Map.of("$in", List.of("llm")));
    assertEquals(List.of(RUNNER.toMap()), client().querySplitRunners(filter));
    server.verify(
        postRequestedFor(urlEqualTo("/split-runners"))
            .withRequestBody(equalToJson(Json.write(filter))));
  }

  @Test
  void create_whoseAnswerIsLost_isNotRepeated() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    UnavailableException e =
        assertThrows(UnavailableException.class, () -> client().createSplitRunner(PAYLOAD));
    server.verify(1, anyRequestedFor(anyUrl()));
    assertFalse(String.valueOf(e.getMessage()).contains(SECRET), e::getMessage);
  }

  @Test
  void create_502_tellsTheClusterFromAProxy() {
    server.stubFor(
        any(anyUrl())
            .willReturn(
                aResponse()
                    .withStatus(502)
                    .withBody("{\"success\":false,\"error\":\"the cluster is away\"}")));
    UpstreamException e =
        assertThrows(UpstreamException.class, () -> client().createSplitRunner(PAYLOAD));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.startsWith("the cluster is away (request "), message);
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(502).withBody("<html>")));
    UnavailableException proxy =
        assertThrows(UnavailableException.class, () -> client().createSplitRunner(PAYLOAD));
    assertFalse(proxy instanceof UpstreamException);
    server.verify(2, anyRequestedFor(anyUrl()));
  }

  @Test
  void from_takesUrlAndToken() {
    stubGet();
    SplitRunnerClient client =
        SplitRunnerClient.from(
            Map.of(
                "SPLIT_RUNNERS_REGISTRY_URL", server.baseUrl(), "MODEL_SPLITTER_TOKEN", "s3cret"));
    assertEquals(RUNNER, client.get("runner-id").value());
    server.verify(anyRequestedFor(anyUrl()).withHeader("Authorization", equalTo("Bearer s3cret")));
    refused(
        BadInputException.class,
        () -> SplitRunnerClient.from(Map.of()),
        "SPLIT_RUNNERS_REGISTRY_URL");
  }
}
