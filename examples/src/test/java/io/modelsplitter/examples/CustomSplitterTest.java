package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.file.LayerHash;
import io.modelsplitter.junit.RegistryExtension;
import io.modelsplitter.junit.TestRegistry;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskStatus;
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
  @TempDir private Path folder;

  @Test
  void split_aFile_answersItsHash(TestRegistry registry) throws IOException {
    Path model = Files.writeString(folder.resolve("model"), "the weights");
    try (ModelHost host = ModelHost.serve(model)) {
      Map<String, Object> taskData = new HashMap<>(TestRegistry.TASK_DATA);
      taskData.put("model_download_url", host.url());
      Task task = registry.run(CustomSplitter::new, taskData);
      assertEquals(TaskStatus.COMPLETE, task.taskStatus());
      String md5 = new LayerHash().getHash(model.toString());
      assertEquals(md5, task.taskStatusData().get("layer_hash"));
    }
  }
}
