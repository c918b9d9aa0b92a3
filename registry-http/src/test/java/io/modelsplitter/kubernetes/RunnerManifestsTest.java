package io.modelsplitter.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.kubernetes.client.openapi.JSON;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RunnerManifestsTest {
  private static final String ID = "0f9d5c7e-6b1a-4a52-9d3e-2f1c8f4b7a10";
  private static final String IMAGE = "model-splitter/model-splitter-server:0.1.0";

  private static final RunnerSettings SETTINGS =
      RunnerSettings.builder("https://registry.example")
          .image(IMAGE)
          .image("registry.example/server:1")
          .variable("MODEL_SPLITTER_JOB_IMAGES", "registry.example/$(TASK)/")
          .secret("runner")
          .build();

  @Test
  void deployment_isAsInTheGoldenFile() throws IOException {
    assertGolden("runner-deployment.json", RunnerManifests.deployment(ID, SETTINGS));
  }

  @Test
  void service_isAsInTheGoldenFile() throws IOException {
    assertGolden("runner-service.json", RunnerManifests.service(ID, SETTINGS, 31_234));
    assertEquals(
        List.of(Map.of("name", "http", "port", 5000, "targetPort", "http")),
        Fields.objects(json(RunnerManifests.service(ID, SETTINGS, null)), "spec", "ports"));
  }

  @Test
  void role_isAsInTheGoldenFile() throws IOException {
    assertGolden("runner-role.json", RunnerManifests.role(SETTINGS));
    assertGolden("runner-binding.json", RunnerManifests.binding(SETTINGS));
  }

  @Test
  void deployment_withATokenFile_isNotOpenToEverybody() {
    RunnerSettings closed =
        RunnerSettings.builder("https://registry.example")
            .image(IMAGE)
            .tokenSecret("tokens")
            .build();
    String arguments =
        String.valueOf(
            Fields.objects(
                    json(RunnerManifests.deployment(ID, closed)),
                    "spec",
                    "template",
                    "spec",
                    "containers")
                .get(0)
                .get("args"));
    assertEquals(true, arguments.contains("--token-file=/etc/model-splitter/tokens"), arguments);
    assertEquals(false, arguments.contains("--insecure"), arguments);
  }

  @Test
  void settings_refuseWhatEveryRunnerWouldBeRefusedFor() {
    for (RunnerSettings.Builder wrong :
        List.of(
            RunnerSettings.builder("u").namespace("A_b"),
            RunnerSettings.builder("u").jobNamespace(""),
            RunnerSettings.builder("u").namespace("model-split-jobs"),
            RunnerSettings.builder("u").secret("A_b"),
            RunnerSettings.builder("u").tokenSecret("a..b"),
            RunnerSettings.builder("u").variable("1", ""),
            RunnerSettings.builder("u").variable("a b", ""),
            RunnerSettings.builder("u").rollout(Duration.ofSeconds(1L << 31)),
            RunnerSettings.builder("u").image(" "))) {
      assertThrows(BadInputException.class, wrong::build);
    }
  }

  private static Map<String, Object> json(Object object) {
    return Sparse.object(Json.parseObject("object", JSON.serialize(object)));
  }

  private static void assertGolden(String file, Object object) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(RunnerManifestsTest.class.getResourceAsStream(file), file)) {
      assertEquals(Json.parseObject(file, in.readAllBytes()), json(object), file);
    }
  }
}
