package io.modelsplitter.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1Job;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.job.JobSpec;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class JobManifestsTest {
  private static final String ID = "0f9d5c7e-6b1a-4a52-9d3e-2f1c8f4b7a10";
  private static final String UID = "5d1c2f0a-9c1b-4f57-8a43-6b0b7a4f7e21";
  private static final JobSettings SETTINGS =
      JobSettings.builder().storageSecret("layer-store").build();

  private static JobSpec job(String id, Map<String, Object> data) {
    return new JobSpec(
        id,
        "registry.example/splitter:1",
        "2Gi",
        data,
        Map.of("TASK_STATUS_UPDATE_URL", "https://tasks.example"));
  }

  static JobSpec large(String id) {
    return job(id, Map.of("model_name", "m".repeat(JobSpec.MAX_TASK_DATA_VARIABLE)));
  }

  @Test
  void job_isAsInTheGoldenFile() throws IOException {
    assertGolden("job.json", JobManifests.job(job(ID, Map.of("model_name", "m")), SETTINGS));
  }

  @Test
  void claim_isAsInTheGoldenFile() throws IOException {
    assertGolden("claim.json", JobManifests.claim(job(ID, Map.of()), SETTINGS, UID));
  }

  @Test
  void taskData_isAsInTheGoldenFile() throws IOException {
    assertGolden(
        "task-data.json", JobManifests.taskData(job(ID, Map.of("model_name", "m")), SETTINGS, UID));
  }

  @Test
  void job_withLargeData_namesTheFileOfTheMountedData() {
    V1Job job = JobManifests.job(large(ID), SETTINGS);
    assertEquals("/etc/model-splitter/task_data.json", variable(job, "TASK_DATA_FILE"));
    assertEquals("", variable(job, "TASK_DATA"));
    var pod = Objects.requireNonNull(job.getSpec()).getTemplate().getSpec();
    assertEquals(
        List.of("/mnt/task", "/tmp", "/etc/model-splitter"),
        Objects.requireNonNull(Objects.requireNonNull(pod).getContainers().get(0).getVolumeMounts())
            .stream()
            .map(it -> it.getMountPath())
            .toList());
  }

  @Test
  void job_withDollars_escapesWhatTheClusterWouldReplace() {
    V1Job job = JobManifests.job(job(ID, Map.of("x", "$(TASK_ID) $$ $")), SETTINGS);
    assertEquals("{\"x\":\"$$(TASK_ID) $$$$ $$\"}", variable(job, "TASK_DATA"));
  }

  @Test
  void job_withVariablesOfItsOwn_keepsThoseOfTheContract() {
    JobSpec spec =
        new JobSpec(ID, "i", "1Gi", Map.of(), Map.of("TASK_ID", "other", "HOME", "/root"));
    V1Job job = JobManifests.job(spec, SETTINGS);
    assertEquals(ID, variable(job, "TASK_ID"));
    assertEquals("/tmp", variable(job, "HOME"));
  }

  private static String variable(V1Job job, String name) {
    var pod = Objects.requireNonNull(job.getSpec()).getTemplate().getSpec();
    List<V1EnvVar> all = Objects.requireNonNull(pod).getContainers().get(0).getEnv();
    return Objects.requireNonNull(all).stream()
        .filter(it -> it.getName().equals(name))
        .map(it -> String.valueOf(it.getValue()))
        .findFirst()
        .orElse("");
  }

  @Test
  void names_areLabelsOfDns_whateverTheIdIs() {
    List<String> ids =
        List.of(ID, "A", "a:b", "-", "x.y", "a".repeat(57), "a".repeat(58), "Z".repeat(128));
    for (String id : ids) {
      String name = JobNames.of(id);
      assertTrue(name.matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"), name);
      String label = Objects.requireNonNull(JobNames.labels(id).get(JobNames.TASK));
      assertTrue(label.matches("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"), label);
    }
    assertEquals("split-" + ID, JobNames.of(ID));
    assertEquals(ids.size(), ids.stream().map(JobNames::of).distinct().count());
  }

  @Test
  void names_ofHashedIds_areNoOtherIdsNames() {
    String hashed = JobNames.of("a:b");
    assertNotEquals(hashed, JobNames.of(hashed));
    assertNotEquals(hashed, JobNames.of(hashed.substring("split-".length())));
  }

  @Test
  void settings_allowImagesByWholeNames() {
    JobSettings settings =
        JobSettings.builder()
            .imagePrefixes(List.of("registry.example/team", "other.example/"))
            .build();
    for (String image :
        List.of(
            "registry.example/team",
            "registry.example/team/x:1",
            "registry.example/team:1",
            "registry.example/team@sha256:0",
            "other.example/x")) {
      settings.check(image, "1Gi");
    }
    for (String image :
        List.of("registry.example/teams/x", "registry.example", "other.example.evil/x", "x")) {
      String message =
          String.valueOf(
              assertThrows(BadInputException.class, () -> settings.check(image, "1Gi"))
                  .getMessage());
      assertTrue(message.contains(image), message);
      assertTrue(message.contains("registry.example/team"), message);
    }
  }

  @Test
  void settings_refuseTooMuchStorage() {
    SETTINGS.check("i", "2Ti");
    String message =
        assertThrows(BadInputException.class, () -> SETTINGS.check("i", "2049Gi")).getMessage();
    assertEquals("storage_size 2049Gi is more than a job may have: 2Ti", message);
  }

  @Test
  void settings_refuseWhatEveryJobWouldBeRefusedFor() {
    for (JobSettings.Builder wrong :
        List.of(
            JobSettings.builder().namespace("A_b"),
            JobSettings.builder().userId(0),
            JobSettings.builder().retries(-1),
            JobSettings.builder().deadline(Duration.ZERO),
            JobSettings.builder().storageSecret("A_b"),
            JobSettings.builder().storageClass("fast disks"),
            JobSettings.builder().imagePullSecret(""),
            JobSettings.builder().requests(Map.of("memory", "8193Mi")),
            JobSettings.builder().maxStorageSize("much"),
            JobSettings.builder().limits(Map.of("memory", "much")))) {
      assertThrows(BadInputException.class, wrong::build);
    }
    JobSettings good =
        JobSettings.builder()
            .storageSecret("store.example")
            .requests(Map.of("memory", "8192Mi"))
            .build();
    assertEquals("store.example", good.storageSecret());
  }

  private static void assertGolden(String file, Object object) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(JobManifestsTest.class.getResourceAsStream(file), file)) {
      assertEquals(
          Json.parseObject(file, in.readAllBytes()),
          Sparse.object(Json.parseObject(file, JSON.serialize(object))),
          file);
    }
  }
}
