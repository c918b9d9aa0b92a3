package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.ModelLayer;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.client.ModelLayerClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An H2 file that can grow no more, as on a disk that is full. */
@Timeout(120)
class FullDiskIT {
  private static final int BLOCKS = 16 << 10; // of 512 or 1024 bytes

  @TempDir Path folder;

  private static ModelLayer layer(int number) {
    Map<String, Object> metadata = Map.of("number", number, "text", "x".repeat(20_000));
    return new ModelLayer("hash-" + number, "a", "c", "u", List.of(metadata), 0, 1);
  }

  @Test
  void fileThatCannotGrow_is503_andWhatWasAcknowledgedIsThereAgain() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell that can limit files");
    List<ModelLayer> acknowledged = new ArrayList<>();
    try (ServerProcess server = ServerProcess.startWithFilesOf(BLOCKS, folder, "--port=0")) {
      ModelLayerRegistry layers = ModelLayerClient.at(server.url());
      UnavailableException e =
          assertThrows(
              UnavailableException.class,
              () -> {
                while (acknowledged.size() < 10_000) {
                  ModelLayer layer = layer(acknowledged.size());
                  layers.create(layer);
                  acknowledged.add(layer);
                }
              });
      assertTrue(String.valueOf(e.getMessage()).contains("the database"), e::getMessage);
      assertTrue(acknowledged.size() > 50, () -> acknowledged.size() + " were taken");
      HttpResponse<String> answer = server.send("GET", "/readyz", "");
      assertEquals(503, answer.statusCode(), answer::body);
    }
    try (ServerProcess server = ServerProcess.start(folder, "--port=0")) {
      ModelLayerRegistry layers = ModelLayerClient.at(server.url());
      for (ModelLayer layer : acknowledged) {
        assertEquals(layer, layers.get(layer.modelLayerHash()).value());
      }
      layers.create(layer(20_000));
    }
  }
}
