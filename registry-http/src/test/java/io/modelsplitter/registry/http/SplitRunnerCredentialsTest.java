package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What keeps the credentials of clusters, and that nobody sees them. */
class SplitRunnerCredentialsTest extends SplitRunnerServer {
  @Test
  void withoutADeployer_onlyWhatNeedsOneIs503() {
    String id = created();
    restart(null, CredentialsKey.inFolder(folder));
    assertEquals(400, send("POST", "/split-runner", "{}").statusCode());
    HttpResponse<String> create = send("POST", "/split-runner", runner("https://c.example.com"));
    assertEquals(503, create.statusCode());
    assertEquals("no runner deployer configured", error(create));
    assertTrue(create.headers().firstValue("Retry-After").isPresent());
    assertEquals(404, send("DELETE", "/split-runner/none", "").statusCode());
    assertEquals(503, send("DELETE", "/split-runner/" + id, "").statusCode());
    assertEquals(200, send("GET", "/split-runner/" + id, "").statusCode());
    String update = "{\"$set\": {\"split_runner_tags\": []}}";
    assertEquals(200, send("PUT", "/split-runner/" + id, update).statusCode());
  }

  @Test
  void withoutAKey_createIs503AfterTheOtherChecks() {
    restart(deployer, null);
    HttpResponse<String> refused =
        send("POST", "/split-runner", runner("https://c.example.com").replace("token", "exec"));
    assertEquals(400, refused.statusCode());
    assertTrue(error(refused).contains("exec"));
    assertEquals(400, send("POST", "/split-runner", runner("http://c")).statusCode());
    HttpResponse<String> create = send("POST", "/split-runner", runner("https://c.example.com"));
    assertEquals(503, create.statusCode());
    assertTrue(error(create).contains("--credentials-key-file"), create::body);
    assertTrue(deployer.running().isEmpty());
  }

  @Test
  void delete_withAnotherKey_is503AndKeepsEverything() {
    String id = created();
    restart(deployer, CredentialsKey.random());
    HttpResponse<String> deleted = send("DELETE", "/split-runner/" + id, "");
    assertEquals(503, deleted.statusCode());
    assertTrue(error(deleted).contains("another credentials key"), deleted::body);
    assertTrue(deployer.running().contains(id));
    restart(deployer, CredentialsKey.inFolder(folder));
    assertEquals(200, send("DELETE", "/split-runner/" + id, "").statusCode());
    assertTrue(deployer.running().isEmpty());
  }

  @Test
  void deleteByForce_withAnotherKey_forgetsIt() {
    String id = created();
    restart(deployer, CredentialsKey.random());
    String path = "/split-runner/" + id;
    assertEquals(400, send("DELETE", path + "?force=yes", "").statusCode());
    assertEquals(400, send("DELETE", path + "?forced=true", "").statusCode());
    assertEquals(503, send("DELETE", path + "?force=false", "").statusCode());
    assertEquals(200, send("DELETE", path + "?force=true", "").statusCode());
    assertEquals(404, send("DELETE", path + "?force=true", "").statusCode());
  }

  @Test
  void credentials_areNowhereToBeSeen() throws IOException {
    String id = created();
    assertEquals(200, send("GET", "/split-runner/" + id, "").statusCode());
    String rename = "{\"$rename\": {\"credentials\": \"split_runner_metadata.x\"}}";
    assertEquals(400, send("PUT", "/split-runner/" + id, rename).statusCode());
    String update = "{\"$set\": {\"split_runner_metadata.n\": 1}}";
    assertEquals(200, send("PUT", "/split-runner/" + id, update).statusCode());
    for (String filter :
        List.of(
            "{}",
            "{\"cluster_k8s_config\": {\"$exists\": true}}",
            "{\"credentials\": {\"$regex\": \".\"}}",
            "{\"cluster_k8s_config.token\": {\"$ne\": 1}}")) {
      for (String options : List.of("", "?limit=5&sort=credentials", "?explain=true")) {
        assertEquals(200, send("POST", "/split-runners" + options, filter).statusCode());
      }
    }
    String notAnObject = "{\"cluster_k8s_config\": \"%s\"}".formatted(CANARY);
    assertEquals(400, send("POST", "/split-runner", notAnObject).statusCode());
    String noJson = notAnObject.replace("\"" + CANARY + "\"", CANARY);
    assertEquals(400, send("POST", "/split-runner", noJson).statusCode());
    String refused = runner("https://c.example.com").replace("token", "exec");
    assertEquals(400, send("POST", "/split-runner", refused).statusCode());
    assertEquals(502, send("POST", "/split-runner", runner("https://x.invalid")).statusCode());
    created();
    assertEquals(200, send("DELETE", "/split-runner/" + id, "").statusCode());

    assertTrue(String.join("\n", answers).contains(MARKER));
    assertFalse(String.join("\n", answers).contains(CANARY), () -> String.join("\n", answers));
    stop();
    assertTrue(isInTheFolder(MARKER));
    assertFalse(isInTheFolder(CANARY));
    assertFalse(isInTheFolder("cluster_k8s_config"));
  }

  private boolean isInTheFolder(String text) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        if (bytes.contains(text)
            || bytes.contains(
                new String(
                    text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.ISO_8859_1))) {
          return true;
        }
      }
    }
    return false;
  }
}
