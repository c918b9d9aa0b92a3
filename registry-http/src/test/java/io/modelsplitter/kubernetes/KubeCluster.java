package io.modelsplitter.kubernetes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.modelsplitter.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** The answers of an API server, in the shapes that one gives. */
final class KubeCluster {
  static final String JOBS = "/apis/batch/v1/namespaces/model-split-jobs/jobs";
  static final String CORE = "/api/v1/namespaces/model-split-jobs";
  static final String PODS = CORE + "/pods";
  static final String CLAIMS = CORE + "/persistentvolumeclaims";
  static final String EVENTS = CORE + "/events";
  static final String MAPS = CORE + "/configmaps";

  private KubeCluster() {}

  static WireMockServer start() {
    WireMockServer server =
        new WireMockServer(
            WireMockConfiguration.options().dynamicPort().asynchronousResponseEnabled(true));
    server.start();
    return server;
  }

  static KubernetesClient client(WireMockServer server) {
    return KubernetesClient.of(new OkHttpClient(), server.baseUrl());
  }

  static ResponseDefinitionBuilder json(int status, Object body) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Type", "application/json")
        .withBody(Json.write(body));
  }

  static ResponseDefinitionBuilder status(int code, String reason, String message) {
    return json(code, statusObject(code, reason, message));
  }

  static Map<String, Object> statusObject(int code, String reason, String message) {
    return map(
        "kind",
        "Status",
        "apiVersion",
        "v1",
        "metadata",
        Map.of(),
        "status",
        "Failure",
        "message",
        message,
        "reason",
        reason,
        "code",
        code);
  }

  static ResponseDefinitionBuilder list(String kind, String version, List<?> items) {
    return json(
        200,
        map(
            "kind",
            kind,
            "apiVersion",
            kind.equals("JobList") ? "batch/v1" : "v1",
            "metadata",
            Map.of("resourceVersion", version),
            "items",
            items));
  }

  /** A watch that sends these and ends. */
  static ResponseDefinitionBuilder events(Object... events) {
    StringBuilder lines = new StringBuilder();
    for (Object event : events) {
      lines.append(Json.write(event)).append('\n');
    }
    return aResponse().withHeader("Content-Type", "application/json").withBody(lines.toString());
  }

  /** A watch on which nothing happens for longer than a test. */
  static ResponseDefinitionBuilder silence() {
    return events().withFixedDelay(60_000);
  }

  static Map<String, Object> event(String type, Map<String, Object> object) {
    return map("type", type, "object", object);
  }

  /** As a server writes one: with {@code null} where the model says that there must be a list. */
  static Map<String, Object> bookmark(String version) {
    return event(
        "BOOKMARK",
        map(
            "kind", "Pod",
            "apiVersion", "v1",
            "metadata", map("resourceVersion", version, "creationTimestamp", null),
            "spec", map("containers", null),
            "status", Map.of()));
  }

  static Map<String, Object> job(
      String taskId, String version, boolean suspended, Object... conditions) {
    return map(
        "kind", "Job",
        "apiVersion", "batch/v1",
        "metadata",
            map(
                "name", JobNames.of(taskId),
                "namespace", "model-split-jobs",
                "uid", "uid-of-" + taskId,
                "resourceVersion", version,
                "aFieldOfALaterVersion", Map.of("x", 1),
                "labels", JobNames.labels(taskId),
                "annotations", Map.of(JobNames.TASK, taskId)),
        "spec", map("suspend", suspended, "template", Map.of()),
        "status", map("conditions", List.of(conditions)));
  }

  static Map<String, Object> condition(String type, String status, String reason, String message) {
    return map("type", type, "status", status, "reason", reason, "message", message);
  }

  static Map<String, Object> pod(
      String taskId, int attempt, String version, Map<String, Object> status) {
    return map(
        "kind",
        "Pod",
        "apiVersion",
        "v1",
        "metadata",
        map(
            "name",
            JobNames.of(taskId) + "-" + attempt,
            "uid",
            "uid-of-pod-" + attempt,
            "resourceVersion",
            version,
            "creationTimestamp",
            "2026-11-25T10:0" + attempt + ":00Z",
            "labels",
            JobNames.labels(taskId),
            "ownerReferences",
            List.of(
                map(
                    "apiVersion",
                    "batch/v1",
                    "kind",
                    "Job",
                    "name",
                    JobNames.of(taskId),
                    "uid",
                    "uid-of-" + taskId,
                    "controller",
                    true))),
        "spec",
        map("containers", List.of(Map.of("name", "split"))),
        "status",
        status);
  }

  static Map<String, Object> warning(String uid, String reason, String message) {
    return map(
        "kind",
        "Event",
        "metadata",
        map("name", "event-" + reason, "resourceVersion", "11"),
        "involvedObject",
        map("uid", uid),
        "type",
        "Warning",
        "reason",
        reason,
        "message",
        message,
        "lastTimestamp",
        "2026-11-25T10:00:00Z");
  }

  static Map<String, Object> waiting(String reason, String message) {
    return map(
        "phase",
        "Pending",
        "containerStatuses",
        List.of(
            map(
                "name", "split",
                "image", "registry.example/splitter:1",
                "state", Map.of("waiting", map("reason", reason, "message", message)))));
  }

  static Map<String, Object> running() {
    return map(
        "phase",
        "Running",
        "containerStatuses",
        List.of(map("name", "split", "state", Map.of("running", Map.of()))));
  }

  static Map<String, Object> terminated(int exitCode, String reason, String message) {
    return map(
        "phase",
        exitCode == 0 ? "Succeeded" : "Failed",
        "containerStatuses",
        List.of(
            map(
                "name",
                "split",
                "state",
                Map.of(
                    "terminated",
                    map("exitCode", exitCode, "reason", reason, "message", message)))));
  }

  static Map<String, Object> map(@Nullable Object... pairs) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(String.valueOf(pairs[i]), pairs[i + 1]);
    }
    return map;
  }
}
