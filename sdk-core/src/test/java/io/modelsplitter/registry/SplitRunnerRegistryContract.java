package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Refusals;
import io.modelsplitter.Threads;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UpstreamException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link SplitRunnerRegistry} does. An implementation's test extends this and says which
 * registry; the registry may hold other records, so each test works on a public host of its own.
 */
public abstract class SplitRunnerRegistryContract extends SplitRunnerQueryContract {

  @Test
  void create_thenGet_isDeployedAndTheSame() {
    NewSplitRunner wanted = runner(Map.of("framework", "transformers"), "llm", "split");
    Stored<SplitRunner> stored = registry().create(wanted);
    SplitRunner runner = stored.value();
    assertEquals(runner.splitRunnerId(), UUID.fromString(runner.splitRunnerId()).toString());
    assertTrue(runner.splitRunnerPublicUrl().matches("http://" + host + ":[0-9]+"));
    assertEquals(
        wanted.toSplitRunner(runner.splitRunnerId(), runner.splitRunnerPublicUrl()), runner);
    assertEquals(1, stored.version());
    Moments.assertIsNow(stored.modified());
    assertEquals(stored, registry().get(runner.splitRunnerId()));
    assertTrue(deployer().running().contains(runner.splitRunnerId()));
  }

  @Test
  void create_twice_makesTwo() {
    NewSplitRunner wanted = runner(Map.of());
    assertNotEquals(
        registry().create(wanted).value().splitRunnerId(),
        registry().create(wanted).value().splitRunnerId());
    assertEquals(2, names(Filter.all()).size());
  }

  @Test
  void create_awkwardValues_comeBackAsTheyWere() {
    String hostile = "'; DROP TABLE split_runner; -- ? :x % _ \\ \" \u0000 \ud83d\ude00 \ud800";
    Map<String, Object> awkward = new LinkedHashMap<>();
    awkward.put("z", 1);
    awkward.put("a", 3.0);
    awkward.put("big", 9_007_199_254_740_993L);
    awkward.put("none", null);
    awkward.put("", List.of());
    awkward.put("a.b", Map.of("$set", true));
    awkward.put("text", hostile);
    SplitRunner runner = registry().create(runner(awkward, hostile, "", "llm", "llm")).value();
    SplitRunner back = registry().get(runner.splitRunnerId()).value();
    assertEquals(awkward, back.splitRunnerMetadata());
    assertEquals(
        new ArrayList<>(awkward.keySet()), new ArrayList<>(back.splitRunnerMetadata().keySet()));
    assertEquals(List.of(hostile, "", "llm", "llm"), back.splitRunnerTags());
    assertEquals(List.of(back), registry().query(Filter.eq("split_runner_metadata.text", hostile)));
  }

  @Test
  void create_withARefusedConfig_namesEveryKeyAndLeavesNothing() {
    Map<String, Object> config =
        Map.of("server", server, "exec", Map.of("command", CANARY), "tokenFile", CANARY);
    refused(config, "exec", "tokenFile");
    refused(Map.of("server", "file:///etc/passwd", "token", CANARY), "server");
    assertEquals(List.of(), names(Filter.all()));
  }

  private void refused(Map<String, Object> config, String... parts) {
    NewSplitRunner runner = new NewSplitRunner(config, host, Map.of(), List.of());
    Set<String> before = deployer().running();
    BadInputException e =
        Refusals.refused(BadInputException.class, () -> registry().create(runner), parts);
    assertFalse(String.valueOf(e.getMessage()).contains(CANARY), e::getMessage);
    assertEquals(before, deployer().running());
  }

  @Test
  void create_whereTheClusterIsAway_saysSoAndLeavesNothing() {
    Map<String, Object> config = Map.of("server", "https://away.invalid", "token", CANARY);
    NewSplitRunner runner = new NewSplitRunner(config, host, Map.of(), List.of());
    Refusals.refused(UpstreamException.class, () -> registry().create(runner), "away.invalid");
    assertEquals(List.of(), names(Filter.all()));
  }

  @Test
  void create_thatCannotBeKept_isTakenAwayAgain() {
    Map<String, Object> metadata = new HashMap<>();
    for (int i = 0; i < 100_001; i++) {
      metadata.put("k" + i, i);
    }
    Set<String> before = deployer().running();
    NewSplitRunner runner = runner(metadata);
    assertThrows(BadInputException.class, () -> registry().create(runner));
    assertEquals(before, deployer().running());
    assertEquals(List.of(), names(Filter.all()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "", ".", "..", "a/b", "a b", "a\u0000b", "\u00e9", "' OR 1=1"})
  void unknownId_isNotFound(String id) {
    assertThrows(NotFoundException.class, () -> registry().get(id));
    assertThrows(NotFoundException.class, () -> registry().delete(id));
    NotFoundException e =
        assertThrows(
            NotFoundException.class,
            () -> registry().update(id, Update.addToSet("split_runner_tags", "x")));
    assertEquals(id, e.id());
  }

  @Test
  void delete_takesItAwayThenForgetsIt() {
    SplitRunner runner = created("a", Map.of());
    created("b", Map.of());
    registry().delete(runner.splitRunnerId());
    assertFalse(deployer().running().contains(runner.splitRunnerId()));
    assertThrows(NotFoundException.class, () -> registry().get(runner.splitRunnerId()));
    assertThrows(NotFoundException.class, () -> registry().delete(runner.splitRunnerId()));
    assertEquals(List.of("b"), names(Filter.all()));
  }

  @Test
  void delete_whereTheClusterIsAway_keepsIt() {
    SplitRunner runner = created("a", Map.of());
    String id = runner.splitRunnerId();
    deployer().cutOff(server);
    assertThrows(UpstreamException.class, () -> registry().delete(id));
    assertEquals(runner, registry().get(id).value());
    deployer().connect(server);
    registry().delete(id);
    assertEquals(List.of(), names(Filter.all()));
  }

  @Test
  void forget_whereTheClusterIsAway_forgetsItAllTheSame() {
    String id = created("a", Map.of()).splitRunnerId();
    String other = created("b", Map.of()).splitRunnerId();
    registry().forget(other);
    assertFalse(deployer().running().contains(other));
    deployer().cutOff(server);
    registry().forget(id);
    assertTrue(deployer().running().contains(id));
    assertThrows(NotFoundException.class, () -> registry().get(id));
    assertThrows(NotFoundException.class, () -> registry().forget(id));
    assertEquals(List.of(), names(Filter.all()));
  }

  @Test
  void update_ofTheSpecification_setsBelowAndAddsATag() {
    SplitRunner runner = created("a", Map.of("version", "1.0"), "llm");
    Map<String, Object> change = new LinkedHashMap<>();
    change.put("$set", Map.of("split_runner_metadata.version", "2.0"));
    change.put("$addToSet", Map.of("split_runner_tags", "auto-scaled"));
    Update update = Update.parse(change);
    Stored<SplitRunner> updated = registry().update(runner.splitRunnerId(), update);
    assertEquals("2.0", updated.value().splitRunnerMetadata().get("version"));
    assertEquals(List.of("llm", "auto-scaled"), updated.value().splitRunnerTags());
    assertEquals(2, updated.version());
    assertEquals(updated, registry().get(runner.splitRunnerId()));
    assertEquals(List.of("a"), names(Filter.eq("split_runner_tags", "auto-scaled")));
    assertEquals(List.of(), names(Filter.eq("split_runner_metadata.version", "1.0")));
    assertEquals(2, registry().update(runner.splitRunnerId(), update).version());
  }

  @Test
  void update_ofTheHost_goesIntoTheUrlUnlessThatIsSet() {
    SplitRunner runner = created("a", Map.of());
    String id = runner.splitRunnerId();
    String port = runner.splitRunnerPublicUrl().replaceFirst(".*:", "");
    Update moved = Update.set("split_runner_public_host", "10.0.0.7");
    assertEquals(
        "http://10.0.0.7:" + port, registry().update(id, moved).value().splitRunnerPublicUrl());
    Update both =
        Update.set("split_runner_public_host", host)
            .and(Update.set("split_runner_public_url", "https://moved.invalid/a"));
    assertEquals(
        "https://moved.invalid/a", registry().update(id, both).value().splitRunnerPublicUrl());
    assertEquals(
        "https://moved.invalid/a", registry().update(id, moved).value().splitRunnerPublicUrl());
    registry().delete(id); // what it was deployed with is still known
    assertFalse(deployer().running().contains(id));
  }

  @Test
  void update_toAnInvalidRunner_isRefusedAndNothingIsWritten() {
    SplitRunner runner = created("a", Map.of(), "llm");
    String id = runner.splitRunnerId();
    for (Update update :
        List.of(
            Update.set("split_runner_id", UUID.randomUUID().toString()),
            Update.unset("split_runner_id"),
            Update.set("split_runner_id.x", 1),
            Update.set("cluster_k8s_config", Map.of("server", "x")),
            Update.set("cluster_k8s_config.token", "x"),
            Update.set("credentials", "x"),
            Update.set("unknown", 1),
            Update.set("split_runner_public_url", ""),
            Update.unset("split_runner_public_url"),
            Update.set("split_runner_public_url", "a\u0000b"),
            Update.set("split_runner_public_url", "x".repeat(5_000)),
            Update.set("split_runner_public_host", "evil.example/@"),
            Update.set("split_runner_public_host", 7),
            Update.set("split_runner_metadata", List.of()),
            Update.set("split_runner_tags", "llm"),
            Update.addToSet("split_runner_tags", 1),
            Update.push("split_runner_tags", null),
            Update.set("split_runner_tags.3", "x"), // null comes before it
            Update.set("split_runner_tags.x", 1))) {
      assertThrows(BadInputException.class, () -> registry().update(id, update), update::toString);
    }
    assertEquals(1, registry().get(id).version());
    assertEquals(runner, registry().get(id).value());
  }

  @Test
  void update_ofAVersion_changesThatOneOnly() {
    String id = created("a", Map.of()).splitRunnerId();
    Update update = Update.set("split_runner_metadata.n", 1);
    Stored<SplitRunner> second = registry().update(id, update, 1);
    assertEquals(2, second.version());
    Update late = Update.set("split_runner_metadata.n", 2);
    VersionConflictException e =
        assertThrows(VersionConflictException.class, () -> registry().update(id, late, 1));
    assertEquals(id, e.id());
    assertEquals(second.value().toMap(), e.stored());
    assertEquals(second, registry().get(id));
    assertThrows(NotFoundException.class, () -> registry().update("none", update, 1));
  }

  @Test
  void update_fromManyThreads_losesNone() throws Exception {
    String id = created("a", Map.of("n", 0)).splitRunnerId();
    int threads = 40;
    List<Callable<Object>> work = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      String tag = "tag-" + thread % 20;
      String own = "own-" + thread;
      work.add(
          () -> {
            registry().update(id, Update.addToSet("split_runner_tags", tag));
            registry().update(id, Update.inc("split_runner_metadata.n", 1));
            return registry().update(id, Update.addToSet("split_runner_tags", own));
          });
    }
    Threads.runAll(work);
    SplitRunner runner = registry().get(id).value();
    assertEquals(threads, runner.splitRunnerMetadata().get("n"));
    assertEquals(20 + threads, runner.splitRunnerTags().size());
    assertEquals(20 + threads, new HashSet<>(runner.splitRunnerTags()).size());
    assertEquals(List.of("a"), names(Filter.eq("split_runner_tags", "own-39")));
  }

  @Test
  void createAndDelete_fromManyThreads_leaveWhatStays() throws Exception {
    List<Callable<SplitRunner>> work = new ArrayList<>();
    for (int thread = 0; thread < 16; thread++) {
      String name = "n" + thread;
      boolean stays = thread % 2 == 0;
      work.add(
          () -> {
            SplitRunner runner = created(name, Map.of("stays", stays));
            if (!stays) {
              registry().delete(runner.splitRunnerId());
            }
            return runner;
          });
    }
    List<SplitRunner> all = Threads.runAll(work);
    Set<String> running = deployer().running();
    assertEquals(8, names(Filter.all()).size());
    assertEquals(8, names(Filter.eq("split_runner_metadata.stays", true)).size());
    assertEquals(8, all.stream().filter(it -> running.contains(it.splitRunnerId())).count());
  }
}
