package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.ProcessJobLauncher;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.PythonRequests.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Python clients of the field, byte for byte: bodies as {@code json.dumps} makes them, with its
 * blanks and its escapes, and of the answers the fields that those clients read.
 */
@Timeout(60)
class PythonClientWireTest {
  @TempDir Path folder;

  private EmbeddedRegistry registry;
  private SplitJobs jobs;
  private RegistryServer server;
  private PythonRequests python;

  @BeforeEach
  void start() {
    registry = EmbeddedRegistry.inMemory();
    ProcessJobLauncher launcher =
        ProcessJobLauncher.builder(folder).image("splitter:base", List.of("true")).build();
    jobs = SplitJobs.of(registry.tasks(), launcher, Map.of("TASK_STATUS_UPDATE_URL", "http://x"));
    server =
        RegistryServer.builder()
            .registries(registry)
            .splitRunners(
                new SplitRunners(
                    registry.splitRunners(), new MemoryDeployer(), CredentialsKey.random()))
            .splitJobs(jobs)
            .start();
    python = new PythonRequests(server.url());
  }

  @AfterEach
  void close() throws IOException {
    python.close();
    jobs.close();
    server.close();
    registry.close();
  }

  private static void assertSuccess(int status, Answer answer) {
    assertEquals(status, answer.statusCode(), answer::text);
    assertEquals(true, answer.get("success"));
  }

  private static void assertFailure(int status, Answer answer, String part) {
    assertEquals(status, answer.statusCode(), answer::text);
    assertEquals(false, answer.get("success"));
    assertTrue(String.valueOf(answer.get("error")).contains(part), answer::text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/"}) // the base URL of a client may end in a slash
  void modelLayerClient_createsGetsAndQueries(String slash) throws IOException {
    Answer created =
        python.post(
            slash + "/model-layer",
            "{\"layer_hash\": \"abc123\", \"layer_metadata\": {\"model_name\": \"gpt2"
                + " \\u00e9\\ud83d\\ude00\", \"split_index\": 0, \"size_mb\": 45, \"loss\": 1e-07}}");
    assertSuccess(201, created);
    assertEquals("abc123", created.data().get("model_layer_hash"));
    assertEquals("abc123", created.data().get("id"));

    Answer got = python.get(slash + "/model-layer/abc123");
    assertSuccess(200, got);
    Map<String, Object> metadata =
        Map.of(
            "model_name", "gpt2 \u00e9\ud83d\ude00", "split_index", 0, "size_mb", 45, "loss", 1e-7);
    assertEquals(List.of(metadata), got.data().get("model_layer_metadata"));

    Answer found =
        python.post(slash + "/model-layers", "{\"layer_metadata.split_index\": {\"$lte\": 0}}");
    assertSuccess(200, found);
    assertEquals(List.of(got.data()), found.get("data"));
    assertFailure(404, python.get(slash + "/model-layer/none"), "none");
    assertSuccess(200, python.delete(slash + "/model-layer/abc123"));
  }

  @Test
  void modelLayers_withTheWholeRecord() throws IOException {
    String layer =
        "{\"model_layer_hash\": \"abc123...\", \"model_asset_id\": \"gpt2-base\","
            + " \"model_component_registry_uri\": \"registry://component/decoder\","
            + " \"model_layer_public_url\": \"https://example.com/layers/abc123\","
            + " \"model_layer_metadata\": [{\"precision\": \"fp16\"}],"
            + " \"model_layer_rank\": 0, \"model_world_size\": 4}";
    assertSuccess(201, python.postDumped("/model-layer/", "application/json", layer));
    Answer updated =
        python.put(
            "/model-layer/abc123.../",
            "{\"$set\": {\"model_layer_metadata\": [{\"precision\": \"fp32\"}]}}");
    assertSuccess(200, updated);
    assertEquals("ModelLayer updated", updated.data().get("message"));
    Answer found =
        python.postDumped(
            "/model-layers/",
            "application/json; charset=utf-8",
            "{\"model_asset_id\": \"gpt2-base\", \"model_layer_rank\": {\"$in\": [0, 1]}}");
    assertSuccess(200, found);
    assertTrue(found.text().contains("fp32"), found::text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/"})
  void globalTasksDb_createsUpdatesAndReads(String slash) throws IOException {
    Answer created =
        python.post(
            slash + "/task",
            "{\"task_type\": \"model_splits\", \"task_data\": {\"model_name\": \"gpt2\"},"
                + " \"task_status\": \"pending\"}");
    assertSuccess(200, created);
    Object id = created.data().get("task_id");

    String update =
        "{\"task_id\": \"" + id + "\", \"status\": \"%s\", \"task_status_data\": {\"n\": 1}}";
    assertSuccess(200, python.post(slash + "/task_update", update.formatted("in_progress")));
    assertSuccess(200, python.post(slash + "/task_update/", update.formatted("complete")));
    Answer late = python.post(slash + "/task_update", update.formatted("in_progress"));
    assertFailure(409, late, "final");
    assertEquals(late.get("error"), late.get("message"));

    Answer got = python.get(slash + "/task/" + id);
    assertSuccess(200, got);
    assertEquals("complete", got.data().get("task_status"));
    assertEquals(Map.of("n", 1), got.data().get("task_status_data"));
    Answer list = python.get(slash + "/tasks?task_type=model_splits&task_status=completed");
    assertEquals(List.of(got.data()), list.get("data"));
    assertSuccess(200, python.put(slash + "/task/" + id, "{\"task_status\": \"completed\"}"));
    assertSuccess(200, python.delete(slash + "/task/" + id));
    assertEquals("there is no task \"" + id + "\"", python.get("/task/" + id).get("message"));
  }

  @Test
  void tasks_limitAndAfter_goThroughAll() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertSuccess(200, python.post("/task", "{\"task_type\": \"t\", \"task_data\": {}}"));
    }
    List<?> all = (List<?>) python.get("/tasks/").get("data");
    assertEquals(3, all.size());
    Answer first = python.get("/tasks?limit=2");
    assertEquals(all.subList(0, 2), first.get("data"));
    assertTrue(first.next().startsWith("/tasks?"), first::link);
    Answer second = python.get(first.next());
    assertEquals(all.subList(2, 3), second.get("data"));
    assertEquals("", second.next());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/"})
  void blocks_querySendsTheFilterItself(String slash) throws IOException {
    for (String hash : List.of("abc123", "other")) {
      Answer created =
          python.post(
              slash + "/blocks",
              "{\"id\": \"block-%1$s\", \"componentUri\": \"split-runner.torch:v0.0.1-beta\","
                      .formatted(hash)
                  + " \"blockInitData\": {\"layerHash\": \"%s\", \"n\": [1.0, null, true]}}"
                      .formatted(hash));
      assertEquals(201, created.statusCode(), created::text);
      assertEquals("block-" + hash, created.get("id"));
    }
    String filter =
        "{\"componentUri\": \"split-runner.torch:v0.0.1-beta\","
            + " \"blockInitData.layerHash\": \"abc123\"}";
    Answer found = python.post(slash + "/blocks/query", filter);
    assertEquals(200, found.statusCode());
    assertEquals(List.of(python.get("/blocks/block-abc123").json()), found.json());
    assertEquals(found.json(), python.post("/blocks/query/", "{\"query\": " + filter + "}").json());
    Answer missing = python.get(slash + "/blocks/none");
    assertEquals(404, missing.statusCode());
    assertEquals("there is no block \"none\"", missing.get("message"));
  }

  @Test
  void splitRunners_areCreatedUpdatedQueriedAndDeleted() throws IOException {
    Answer created =
        python.post(
            "/split-runner",
            "{\"cluster_k8s_config\": {\"server\": \"https://c.example.com\", \"token\": \"t\"},"
                + " \"split_runner_public_host\": \"192.168.0.106\","
                + " \"split_runner_metadata\": {\"framework\": \"transformers\"},"
                + " \"split_runner_tags\": [\"llm\", \"split\"]}");
    assertSuccess(201, created);
    assertEquals("SplitRunner created", created.data().get("message"));
    String path = "/split-runner/" + created.data().get("id");
    Answer updated = python.put(path, "{\"$addToSet\": {\"split_runner_tags\": \"auto-scaled\"}}");
    assertEquals("SplitRunner updated", updated.data().get("message"));
    Answer found =
        python.post(
            "/split-runners/",
            "{\"split_runner_metadata.framework\": \"transformers\","
                + " \"split_runner_tags\": {\"$in\": [\"llm\"]}}");
    assertEquals(List.of(python.get(path).data()), found.get("data"));
    assertEquals("SplitRunner deleted", python.delete(path).data().get("message"));
  }

  @Test
  void splitJob_answersTheTaskIdAtTheTop() throws IOException {
    String data =
        "{\"model_name\": \"gpt2\", \"model_download_url\": \"https://example.com/gpt2.tar.gz\","
            + " \"world_size\": 4, \"model_split_config\": {\"split_strategy\":"
            + " \"tensor_parallel\", \"tp_degree\": 2}}";
    Answer started =
        python.post(
            "/start_model_split_job",
            "{\"task_data\": " + data + ", \"container_image\": \"splitter:base\"}");
    assertSuccess(200, started);
    assertSuccess(200, python.get("/task/" + started.get("task_id")));
    Answer refused = python.post("/start_model_split_job", "{\"task_data\": " + data + "}");
    assertFailure(400, refused, "Missing required fields");
  }

  @Test
  void wrongRequests_areToldApart() throws IOException {
    assertFailure(
        415,
        python.postDumped("/task", "text/plain", "{\"task_type\": \"t\"}"),
        "application/json");
    assertFailure(404, python.get("/nowhere/"), "endpoint");
    assertFailure(405, python.put("/tasks", "{}"), "method");
    assertFailure(400, python.get("//tasks?limit=x"), "limit");
    assertFailure(400, python.post("/model-layer", "null"), "JSON object");
    assertFailure(400, python.post("/model-layer", "{\"model_world_size\": NaN}"), "JSON");
    assertSuccess(200, python.get("/tasks"));
  }
}
