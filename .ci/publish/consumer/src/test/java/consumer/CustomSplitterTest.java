package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.junit.RegistryExtension;
import io.modelsplitter.junit.TestRegistry;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskStatus;
import io.modelsplitter.storage.LayerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(RegistryExtension.class)
class CustomSplitterTest {
  @TempDir Path folder;

  @Test
  void split_aFile_isStoredAndItsTaskIsComplete(TestRegistry registry) throws IOException {
    Path model = Files.writeString(folder.resolve("model"), "the weights");
    LayerStore store = LayerStore.directory(folder.resolve("layers"));
    Map<String, Object> taskData = new HashMap<>(TestRegistry.TASK_DATA);
    taskData.put("model_download_url", model.toUri().toString());

    Task task = registry.run(context -> new CustomSplitter(context, store), taskData);

    assertEquals(TaskStatus.COMPLETE, task.taskStatus(), task::toString);
    assertTrue(store.contains((String) task.taskStatusData().get("layer_hash")));
    assertEquals(task, registry.tasks().get(task.taskId()));
  }
}
