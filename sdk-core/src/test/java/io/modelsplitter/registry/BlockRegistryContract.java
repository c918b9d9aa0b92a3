package io.modelsplitter.registry;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.Threads;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.query.Update;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link BlockRegistry} does. An implementation's test extends this and says which
 * registry; the registry may hold other records, so each test works on a component of its own.
 */
public abstract class BlockRegistryContract extends BlockQueryContract {

  @Test
  void create_thenGet_isTheSameBlock() {
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("unknown", Map.of("field", List.of(1, 2)));
    more.put("success", false); // no word of an answer is taken for one of a block
    more.put("message", "m");
    more.put("data", List.of(Map.of("x", 1)));
    Block block = block("a", more);
    Stored<Block> stored = registry().create(block);
    assertEquals(block, stored.value());
    assertEquals(1, stored.version());
    Moments.assertIsNow(stored.modified());
    assertEquals(stored, registry().get(block.id()));
    assertEquals(
        new ArrayList<>(block.fields().keySet()),
        new ArrayList<>(registry().get(block.id()).value().fields().keySet()));
    assertEquals(List.of(block), registry().query(Filter.eq("id", block.id())));
  }

  @Test
  void create_idThatIsTaken_conflictsAndCarriesTheStoredOne() {
    Block block = created("a", Map.of("n", 1));
    for (Block other : List.of(block, block("a", Map.of("n", 2)))) {
      ConflictException e = assertThrows(ConflictException.class, () -> registry().create(other));
      assertEquals(block.id(), e.id());
      assertEquals(block.toMap(), e.stored());
    }
    assertEquals(1, registry().get(block.id()).version());
    assertEquals(block, registry().get(block.id()).value());
  }

  @Test
  void create_hostileKeysAndValues_comeBackAsTheyWereAndNoPathReachesThem() {
    Map<String, Object> hostile = new LinkedHashMap<>();
    hostile.put("z", 1);
    hostile.put("a", 3.0);
    hostile.put("big", 9_007_199_254_740_993L);
    hostile.put("none", null);
    hostile.put("", 1);
    hostile.put("a.b", Map.of("$set", 1));
    hostile.put("$where", 1);
    hostile.put(".", 1);
    hostile.put("$", Map.of("", 1));
    hostile.put("text", "'; DROP TABLE block; -- ? :x % _ \\ \" \u0000 \ud83d\ude00 \ud800");
    Block block = created("a", Map.of("initSettings", hostile));
    Block back = registry().get(block.id()).value();
    assertEquals(block, back);
    Map<?, ?> settings = (Map<?, ?>) back.fields().getOrDefault("initSettings", Map.of());
    assertEquals(new ArrayList<>(hostile.keySet()), new ArrayList<>(settings.keySet()));
    assertEquals(List.of("a"), names(Filter.eq("initSettings.big", 9_007_199_254_740_993L)));
    for (String path : List.of("initSettings.a.b", "initSettings.a.b.$set", "initSettings..")) {
      assertEquals(List.of(), names(Filter.eq(path, 1)), path);
    }
    Update update = Update.set("initSettings.z", 2);
    Map<String, Object> after = new LinkedHashMap<>(hostile);
    after.put("z", 2);
    assertEquals(after, registry().update(block.id(), update).value().fields().get("initSettings"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "$set", "a.b", ".", "$"})
  void block_withAHostileFieldAtTheTop_isNone(String name) {
    Map<String, Object> fields = Map.of("id", "x", name, 1);
    refused(BadInputException.class, () -> Block.fromMap(fields), "\"" + name + "\"");
  }

  @Test
  void block_withoutAGoodId_isNone() {
    assertThrows(BadInputException.class, () -> Block.fromMap(Map.of()));
    for (Object id : List.of("", ".", "..", "a/b", "a b", 7, List.of(), "x".repeat(129))) {
      Map<String, Object> fields = Map.of("id", id);
      assertThrows(BadInputException.class, () -> Block.fromMap(fields), () -> "id " + id);
    }
    Map<String, Object> none = Collections.singletonMap("id", null);
    assertThrows(BadInputException.class, () -> Block.fromMap(none));
  }

  @Test
  void create_thatHasTooManyValues_isRefused() {
    Map<String, Object> many = new HashMap<>();
    for (int i = 0; i < 100_001; i++) {
      many.put("k" + i, i);
    }
    Block block = block("a", many);
    assertThrows(BadInputException.class, () -> registry().create(block));
    assertThrows(NotFoundException.class, () -> registry().get(block.id()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "", ".", "..", "a/b", "a b", "a\u0000b", "\u00e9", "' OR 1=1"})
  void unknownId_isNotFound(String id) {
    assertThrows(NotFoundException.class, () -> registry().get(id));
    assertThrows(NotFoundException.class, () -> registry().delete(id));
    NotFoundException e =
        assertThrows(NotFoundException.class, () -> registry().update(id, Update.set("x", 1)));
    assertEquals(id, e.id());
  }

  @Test
  void blockNamedAsAnEndpoint_isABlock() {
    Block block = new Block(Map.of("id", "query", "componentUri", component));
    forget("query"); // a test of another registry on this database may have been cut off
    try {
      registry().create(block);
      assertEquals(block, registry().get("query").value());
      assertEquals(2, registry().update("query", Update.set("x", 1)).version());
      registry().delete("query");
      assertThrows(NotFoundException.class, () -> registry().get("query"));
    } finally {
      forget("query");
    }
  }

  private void forget(String id) {
    try {
      registry().delete(id);
    } catch (NotFoundException e) {
      // which is what is wanted
    }
  }

  @Test
  void delete_thenGet_isNotFound() {
    Block block = created("a", Map.of());
    created("b", Map.of());
    registry().delete(block.id());
    assertThrows(NotFoundException.class, () -> registry().get(block.id()));
    assertThrows(NotFoundException.class, () -> registry().delete(block.id()));
    assertEquals(List.of("b"), names(Filter.all()));
    assertEquals(1, registry().create(block).version());
  }

  @Test
  void update_setsAndCountsTheVersion() {
    Block block = created("a", Map.of("cluster", Map.of("id", "c1"), "tags", List.of("x")));
    Update update =
        Update.set("cluster.id", "c2")
            .and(Update.addToSet("tags", "y"))
            .and(Update.inc("minInstances", 2))
            .and(Update.unset("name"));
    Stored<Block> updated = registry().update(block.id(), update);
    assertEquals(2, updated.version());
    assertEquals(Map.of("id", "c2"), updated.value().fields().get("cluster"));
    assertEquals(List.of("x", "y"), updated.value().fields().get("tags"));
    assertEquals(2, updated.value().fields().get("minInstances"));
    assertEquals(updated, registry().get(block.id()));
    assertEquals(
        List.of(updated.value()),
        registry().query(Filter.eq("cluster.id", "c2").and(Filter.eq("componentUri", component))));
    assertEquals(List.of(), names(Filter.eq("cluster.id", "c1")));
    Update same = Update.set("cluster.id", "c2");
    assertEquals(2, registry().update(block.id(), same).version());
  }

  @Test
  void update_toAnInvalidBlock_isRefusedAndNothingIsWritten() {
    Block block = created("a", Map.of("n", "text", "new", "x"));
    Map<String, Object> rename = Map.of("$rename", Map.of("new", "id"));
    for (Update update :
        List.of(
            Update.set("id", "other"),
            Update.unset("id"),
            Update.set("id.x", 1),
            Update.parse(rename),
            Update.inc("n", 1),
            Update.push("n", 1),
            Update.set("n.x", 1))) {
      assertThrows(
          BadInputException.class, () -> registry().update(block.id(), update), update::toString);
    }
    assertEquals(1, registry().get(block.id()).version());
    assertEquals(block, registry().get(block.id()).value());
  }

  @Test
  void update_ofAVersion_changesThatOneOnly() {
    String id = created("a", Map.of()).id();
    Stored<Block> second = registry().update(id, Update.set("n", 1), 1);
    assertEquals(2, second.version());
    Update late = Update.set("n", 2);
    VersionConflictException e =
        assertThrows(VersionConflictException.class, () -> registry().update(id, late, 1));
    assertEquals(id, e.id());
    assertEquals(second.value().toMap(), e.stored());
    assertEquals(second, registry().get(id));
  }

  @Test
  void create_fromManyThreads_makesOneOfEach() throws Exception {
    List<Callable<Boolean>> work = new ArrayList<>();
    for (int thread = 0; thread < 16; thread++) {
      Block block = block("n" + thread % 4, Map.of("thread", thread));
      work.add(
          () -> {
            try {
              registry().create(block);
              return true;
            } catch (ConflictException e) {
              return false;
            }
          });
    }
    assertEquals(4, Collections.frequency(Threads.runAll(work), true));
    assertEquals(4, names(Filter.all()).size());
  }

  @Test
  void update_fromManyThreads_losesNone() throws Exception {
    String id = created("a", Map.of("n", 0)).id();
    List<Callable<Stored<Block>>> work =
        Collections.nCopies(24, () -> registry().update(id, Update.inc("n", 1)));
    Threads.runAll(work);
    assertEquals(24, registry().get(id).value().fields().get("n"));
    assertEquals(25, registry().get(id).version());
  }
}
