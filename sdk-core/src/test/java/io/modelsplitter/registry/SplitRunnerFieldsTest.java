package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Refusals;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link SplitRunner} and {@link NewSplitRunner} on the wire. */
class SplitRunnerFieldsTest {
  private static final String SECRET = "canary-of-a-cluster";

  private static Map<String, Object> wire() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("cluster_k8s_config", Map.of("token", SECRET));
    fields.put("split_runner_public_host", "192.168.0.106");
    fields.put("split_runner_metadata", Map.of("key", "value"));
    fields.put("split_runner_tags", List.of("tag1", "tag2"));
    return fields;
  }

  private static void refused(Executable call, String... parts) {
    BadInputException e = Refusals.refused(BadInputException.class, call, parts);
    assertFalse(String.valueOf(e.getMessage()).contains(SECRET), e::getMessage);
  }

  @Test
  void newRunner_ofTheSpecification_isRead() {
    NewSplitRunner runner = NewSplitRunner.fromMap(wire());
    assertEquals(wire(), runner.toMap());
    assertEquals(
        new NewSplitRunner(
            Map.of("token", SECRET),
            "192.168.0.106",
            Map.of("key", "value"),
            List.of("tag1", "tag2")),
        runner);
  }

  @Test
  void newRunner_withoutMetadataAndTags_hasNone() {
    Map<String, Object> fields = wire();
    fields.remove("split_runner_metadata");
    fields.put("split_runner_tags", null);
    NewSplitRunner runner = NewSplitRunner.fromMap(fields);
    assertEquals(Map.of(), runner.splitRunnerMetadata());
    assertEquals(List.of(), runner.splitRunnerTags());
  }

  @Test
  void newRunner_toString_hidesTheConfig() {
    String text = NewSplitRunner.fromMap(wire()).toString();
    assertFalse(text.contains(SECRET) || text.contains("token"), text);
    assertTrue(text.contains("192.168.0.106") && text.contains("tag2"), text);
  }

  @Test
  void newRunner_withManyProblems_namesThemAllAndShowsNoConfig() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("cluster_k8s_config", "token: " + SECRET);
    fields.put("split_runner_metadata", 1);
    fields.put("split_runner_tags", List.of("a", 1));
    fields.put("colour", "red");
    fields.put("split_runner_id", "x");
    refused(
        () -> NewSplitRunner.fromMap(fields),
        "cluster_k8s_config must be",
        "split_runner_public_host is missing",
        "split_runner_metadata must be",
        "split_runner_tags must be",
        "\"colour\" is not",
        "\"split_runner_id\" is not");
  }

  @Test
  void newRunner_badConfig_isRefused() {
    List<Object> bad = new ArrayList<>(List.of(Map.of(), List.of(SECRET), 1, true));
    bad.add(null);
    bad.add(Map.of("x", new StringBuilder(SECRET)));
    bad.add(Map.of(new StringBuilder(SECRET), "x"));
    for (Object config : bad) {
      Map<String, Object> fields = wire();
      fields.put("cluster_k8s_config", config);
      refused(() -> NewSplitRunner.fromMap(fields), "cluster_k8s_config");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h", "node-1.example.com", "node_1", "10.0.0.7", "[::1]", "[fd00::1:2]"})
  void newRunner_hosts(String host) {
    Map<String, Object> fields = wire();
    fields.put("split_runner_public_host", host);
    assertEquals(host, NewSplitRunner.fromMap(fields).splitRunnerPublicHost());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://h",
        "h:80",
        "h/",
        "a b",
        "u@h",
        "h?",
        "h#",
        "-h",
        "h\n",
        "\u00e9",
        "[::1",
        "::1",
        "%61"
      })
  void newRunner_whatIsNoHost_isRefused(String host) {
    Map<String, Object> fields = wire();
    fields.put("split_runner_public_host", host);
    refused(() -> NewSplitRunner.fromMap(fields), "split_runner_public_host must be");
    refused(
        () -> new NewSplitRunner(Map.of(), host, Map.of(), List.of()),
        "split_runner_public_host must be",
        "cluster_k8s_config is empty");
  }

  @Test
  void runner_toMapAndBack_isTheSame() {
    SplitRunner runner = NewSplitRunner.fromMap(wire()).toSplitRunner("id-1", "http://h:1");
    assertEquals(
        List.of(
            "split_runner_id",
            "split_runner_public_url",
            "split_runner_metadata",
            "split_runner_public_host",
            "split_runner_tags"),
        List.copyOf(runner.toMap().keySet()));
    assertEquals(runner, SplitRunner.fromMap(runner.toMap()));
  }

  @Test
  void runner_withManyProblems_namesThemAll() {
    refused(
        () ->
            SplitRunner.fromMap(
                Map.of("split_runner_id", "..", "split_runner_tags", "x", "credentials", SECRET)),
        "split_runner_id must be",
        "split_runner_public_url is missing",
        "split_runner_public_host is missing",
        "split_runner_tags must be",
        "\"credentials\" is not a field");
    refused(
        () -> new SplitRunner("", "", Map.of(), "a\u0000", List.of()),
        "split_runner_id",
        "split_runner_public_url",
        "split_runner_public_host");
  }

  @Test
  void runner_updated_keepsTheFormOfAnIpv6Host() {
    SplitRunner runner = new SplitRunner("i", "http://[::1]:30", Map.of(), "[::1]", List.of());
    Update update = Update.set("split_runner_public_host", "[::2]");
    assertEquals("http://[::2]:30", runner.updated(update).splitRunnerPublicUrl());
  }
}
