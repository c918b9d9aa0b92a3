package io.modelsplitter.kubernetes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.util.Yaml;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code examples/kubernetes} installs is read by the client's own models, field by field. */
class InstallManifestsTest {
  private static List<Object> objects(String file) throws IOException {
    try (Reader yaml = Files.newBufferedReader(Path.of("../examples/kubernetes", file))) {
      return new ArrayList<>(Yaml.loadAll(yaml)); // our own file; it fails on an unknown field
    }
  }

  private static Map<String, Object> json(Object object) {
    return Sparse.object(Json.parseObject("object", JSON.serialize(object)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry.yaml", "runner.yaml"})
  void manifests_meetTheRestrictedLevel(String file) throws IOException {
    int deployments = 0;
    List<String> kinds = new ArrayList<>();
    for (Object object : objects(file)) {
      Map<String, Object> json = json(object);
      kinds.add(String.valueOf(json.get("kind")));
      if ("Namespace".equals(json.get("kind"))) {
        Map<String, Object> labels = Fields.object(json, "metadata", "labels");
        assertEquals("restricted", labels.get("pod-security.kubernetes.io/enforce"));
      }
      if (object instanceof V1Deployment) {
        deployments++;
        Map<String, Object> pod = Fields.object(json, "spec", "template", "spec");
        assertEquals(true, Fields.at(pod, "securityContext", "runAsNonRoot"));
        assertEquals(
            "RuntimeDefault", Fields.text(pod, "securityContext", "seccompProfile", "type"));
        for (Map<String, Object> container : Fields.objects(pod, "containers")) {
          Map<String, Object> security = Fields.object(container, "securityContext");
          assertEquals(false, security.get("allowPrivilegeEscalation"));
          assertEquals(true, security.get("readOnlyRootFilesystem"));
          assertEquals(List.of("ALL"), Fields.at(security, "capabilities", "drop"));
          assertEquals("/readyz", Fields.text(container, "readinessProbe", "httpGet", "path"));
          assertNotNull(Fields.at(container, "resources", "limits", "memory"));
          assertFalse(String.valueOf(container.get("args")).contains("--insecure"));
        }
      }
    }
    assertEquals(1, deployments);
    assertTrue(kinds.contains("PodDisruptionBudget"), kinds::toString);
    assertTrue(kinds.contains("Service"), kinds::toString);
  }

  /** The arguments of a pod's container. */
  private static List<String> arguments(Map<String, Object> pod) {
    List<String> arguments = new ArrayList<>();
    if (Fields.objects(pod, "containers").get(0).get("args") instanceof List<?> list) {
      list.forEach(argument -> arguments.add(String.valueOf(argument)));
    }
    return arguments;
  }

  private static Map<String, Object> pod(String file) throws IOException {
    List<Object> found = objects(file).stream().filter(V1Deployment.class::isInstance).toList();
    return Fields.object(json(found.get(0)), "spec", "template", "spec");
  }

  @ParameterizedTest
  @ValueSource(strings = {"registry.yaml", "runner.yaml"})
  void manifests_mountEveryFileThatTheServerIsTold(String file) throws IOException {
    Map<String, Object> pod = pod(file);
    Set<String> mounted = new TreeSet<>();
    for (Map<String, Object> mount :
        Fields.objects(Fields.objects(pod, "containers").get(0), "volumeMounts")) {
      for (Map<String, Object> volume : Fields.objects(pod, "volumes")) {
        if (Objects.equals(volume.get("name"), mount.get("name"))) {
          for (Map<String, Object> item : Fields.objects(volume, "secret", "items")) {
            mounted.add(mount.get("mountPath") + "/" + item.get("path"));
          }
        }
      }
    }
    Set<String> told = new TreeSet<>();
    for (String argument : arguments(pod)) {
      if (argument.matches("--[a-z-]*-file=.*")) {
        told.add(argument.replaceFirst(".*?=", ""));
      }
    }
    assertEquals(told, mounted);
  }

  @Test
  void manifests_tellTheServerWhatItNeeds() throws IOException {
    List<String> registry = arguments(pod("registry.yaml"));
    List<String> runner = arguments(pod("runner.yaml"));
    for (String option : List.of("--credentials-key-file=", "--token-file=", "--runner-image=")) {
      assertTrue(registry.stream().anyMatch(it -> it.startsWith(option)), option);
    }
    for (String option : List.of("--job-secret=", "--token-file=")) {
      assertTrue(runner.stream().anyMatch(it -> it.startsWith(option)), option);
    }
    Object image = Fields.objects(pod("runner.yaml"), "containers").get(0).get("image");
    assertTrue(registry.contains("--runner-image=" + image), registry::toString);
  }

  /** What is applied first is there first. */
  @ParameterizedTest
  @ValueSource(strings = {"registry.yaml", "runner.yaml"})
  void manifests_beginWithTheirNamespaces(String file) throws IOException {
    Set<String> made = new TreeSet<>();
    for (Object object : objects(file)) {
      Map<String, Object> json = json(object);
      String namespace = Fields.text(json, "metadata", "namespace");
      if ("Namespace".equals(json.get("kind"))) {
        made.add(String.valueOf(Fields.text(json, "metadata", "name")));
      } else if (namespace != null) {
        assertTrue(made.contains(namespace), () -> json.get("kind") + " in " + namespace);
      }
    }
  }

  @Test
  void runner_hasTheRoleThatTheDeployerGives_andNoMore() throws IOException {
    RunnerSettings settings = RunnerSettings.builder("https://registry.example").build();
    List<Object> roles = objects("runner.yaml").stream().filter(V1Role.class::isInstance).toList();
    assertEquals(1, roles.size());
    assertEquals(
        json(RunnerManifests.role(settings)).get("rules"), json(roles.get(0)).get("rules"));
    assertTrue(
        objects("runner.yaml").stream()
            .noneMatch(it -> String.valueOf(json(it).get("kind")).startsWith("Cluster")));
  }
}
