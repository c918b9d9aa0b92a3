package io.modelsplitter.registry.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.NewTask;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the clients ask again where a service is busy or breaks, and what they do not. */
class RegistryRetriesTest {
  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  private static ModelLayerClient layers() {
    return ModelLayerClient.at(server.baseUrl());
  }

  private static TaskClient tasks() {
    return TaskClient.at(server.baseUrl());
  }

  @Test
  void busy_isTriedAgain() {
    server.stubFor(
        get("/task/t")
            .inScenario("busy")
            .whenScenarioStateIs(Scenario.STARTED)
            .willReturn(aResponse().withStatus(503))
            .willSetStateTo("free"));
    server.stubFor(
        get("/task/t")
            .inScenario("busy")
            .whenScenarioStateIs("free")
            .willReturn(okJson(RegistryHttpTest.task("pending"))));
    assertEquals("pending", tasks().get("t").taskStatus());
    server.verify(2, getRequestedFor(urlEqualTo("/task/t")));
  }

  @Test
  void brokenConnection_isTriedAgainOnlyWhenThatIsSafe() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
    assertThrows(UnavailableException.class, () -> tasks().get("t"));
    server.verify(4, getRequestedFor(urlEqualTo("/task/t")));
    server.resetRequests();
    assertThrows(
        UnavailableException.class, () -> tasks().create(NewTask.of("model_splits", Map.of())));
    server.verify(1, postRequestedFor(urlEqualTo("/task")));
  }

  @Test
  void busy_createOfATask_isTriedAgainOnlyWhereItWasRefusedAtOnce() {
    server.stubFor(post("/task").willReturn(aResponse().withStatus(503)));
    NewTask task = NewTask.of("model_splits", Map.of());
    assertThrows(UnavailableException.class, () -> tasks().create(task));
    server.verify(1, postRequestedFor(urlEqualTo("/task")));
    server.resetRequests();
    server.stubFor(post("/task").willReturn(aResponse().withStatus(429)));
    assertThrows(UnavailableException.class, () -> tasks().create(task));
    server.verify(4, postRequestedFor(urlEqualTo("/task")));
  }

  @Test
  void createOfATask_withAKey_isTriedAgainWithTheSameKey() {
    NewTask task = NewTask.of("model_splits", Map.of());
    for (var answer :
        List.of(
            aResponse().withFault(Fault.EMPTY_RESPONSE),
            aResponse().withStatus(503),
            aResponse().withStatus(429))) {
      server.resetAll();
      server.stubFor(post("/task").willReturn(answer));
      assertThrows(UnavailableException.class, () -> tasks().create(task, "k"));
      server.verify(
          4, postRequestedFor(urlEqualTo("/task")).withHeader("Idempotency-Key", equalTo("k")));
    }
  }

  @Test
  void createOfATask_atAServiceWithoutKeys_isWhatItAnswers() {
    server.stubFor(
        post("/task").willReturn(okJson("{\"success\":true,\"data\":{\"task_id\":\"t\"}}")));
    server.stubFor(get("/task/t").willReturn(okJson(RegistryHttpTest.task("pending"))));
    NewTask task = NewTask.of("model_splits", Map.of());
    assertEquals("t", tasks().create(task, "k").stored().value().taskId());
  }

  @Test
  void query_answerThatBreaksOff_isAnErrorAndNotTriedAgain() {
    server.stubFor(
        post("/model-layers")
            .willReturn(okJson("{\"success\":true,\"data\":[" + RegistryHttpTest.LAYER)));
    assertThrows(UnavailableException.class, () -> layers().query(Filter.all()));
    server.verify(1, postRequestedFor(urlEqualTo("/model-layers")));
  }

  @Test
  void query_brokenBeforeItsFirstElement_isTriedAgain() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
    assertThrows(UnavailableException.class, () -> layers().query(Filter.all()));
    server.verify(4, postRequestedFor(urlEqualTo("/model-layers")));
  }

  @Test
  void delete_isNotRepeated() {
    server.stubFor(
        delete("/task/t").willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    assertThrows(UnavailableException.class, () -> tasks().delete("t"));
    server.verify(1, deleteRequestedFor(urlEqualTo("/task/t")));
  }
}
