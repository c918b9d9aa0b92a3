package io.modelsplitter.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Context;
import io.modelsplitter.ModelSplitter;
import io.modelsplitter.PhaseResult;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.TaskStatus;
import io.modelsplitter.registry.client.ModelLayerClient;
import io.modelsplitter.registry.client.SplitRunnerClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RegistryExtension.class)
class RegistryExtensionTest {
  private static final Set<URI> SEEN = ConcurrentHashMap.newKeySet();
  private static final ModelLayer LAYER =
      new ModelLayer("0b3af2cb", "gpt2", "", "https://example.com/0b3af2cb", List.of(), 0, 1);

  private URI url = URI.create("http://something.invalid");

  @BeforeEach
  void ask(TestRegistry registry) {
    url = registry.url();
  }

  @RepeatedTest(2)
  void registry_ofEachTest_isNewAndTheEarlierOneIsClosed(TestRegistry registry) {
    assertEquals(url, registry.url());
    assertEquals(List.of(), registry.modelLayers().query(Filter.all()));
    registry.modelLayers().create(LAYER);
    SEEN.remove(registry.url()); // the system may give a port again
    for (URI earlier : SEEN) {
      ModelLayerClient client = ModelLayerClient.builder(earlier.toString()).retries(0).build();
      assertThrows(UnavailableException.class, () -> client.query(Filter.all()));
    }
    SEEN.add(registry.url());
  }

  @Test
  void ports_ofOneTest_areServedAtTheUrl(
      TestRegistry registry,
      ModelLayerRegistry layers,
      TaskRegistry tasks,
      BlockRegistry blocks,
      SplitRunnerRegistry runners) {
    assertSame(registry.modelLayers(), layers);
    assertSame(registry.tasks(), tasks);
    assertSame(registry.blocks(), blocks);
    layers.create(LAYER);
    ModelLayerClient remote = ModelLayerClient.at(registry.url().toString());
    assertEquals(List.of(LAYER), remote.query(Filter.all()));
    NewSplitRunner wanted =
        new NewSplitRunner(Map.of("any", "config"), "runner.example.com", Map.of(), List.of("gpu"));
    SplitRunner created = SplitRunnerClient.at(registry.url().toString()).create(wanted).value();
    assertEquals(created, runners.get(created.splitRunnerId()).value());
    runners.delete(created.splitRunnerId());
  }

  @Test
  void context_isOfATaskThatIsThere(Context context, TaskRegistry tasks) {
    assertEquals("test-model", context.modelName());
    assertEquals(1, context.worldSize());
    assertEquals(TestRegistry.TASK_DATA, tasks.get(context.taskId()).taskData());
  }

  private record Storing(Context context) implements ModelSplitter {
    @Override
    public PhaseResult main(Map<String, Object> extraData) {
      return PhaseResult.ok(Map.of("name", context.modelName()));
    }
  }

  @Test
  void run_thatSucceedsAndThatFails_answersTheTask(TestRegistry registry) {
    Task done = registry.run(Storing::new, TestRegistry.TASK_DATA);
    assertEquals(TaskStatus.COMPLETE, done.taskStatus());
    assertEquals("test-model", done.taskStatusData().get("name"));
    Task failed = registry.run(Storing::new, Map.of("world_size", 1));
    assertEquals(TaskStatus.FAILED, failed.taskStatus());
    assertTrue(
        String.valueOf(failed.taskStatusData().get("error")).contains("model_name"),
        () -> failed.taskStatusData().toString());
  }

  @Test
  void close_leavesNothing() throws IOException {
    Path folder;
    try (TestRegistry registry = new TestRegistry()) {
      folder = Files.createDirectories(registry.layersFolder());
      Files.writeString(folder.resolve("layer"), "x");
    }
    assertFalse(Files.exists(folder.getParent()));
  }

  @Nested
  class OfAClass {
    private static URI shared = URI.create("http://something.invalid");

    @BeforeAll
    static void open(TestRegistry registry) {
      shared = registry.url();
      registry.modelLayers().create(LAYER);
    }

    @RepeatedTest(2)
    void registry_thatTheClassAskedFor_isTheSameForItsTests(TestRegistry registry) {
      assertEquals(shared, registry.url());
      assertEquals(List.of(LAYER), registry.modelLayers().query(Filter.all()));
    }
  }
}
