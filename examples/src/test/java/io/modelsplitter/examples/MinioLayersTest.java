package io.modelsplitter.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The example in a process of its own, against a real S3 server. */
class MinioLayersTest {
  private static final String MD5 = "7b2e12b79dc7bba95279d2f6d3b30631";

  @TempDir private Path folder;

  @RegisterExtension
  final S3ProxyExtension server =
      S3ProxyExtension.builder()
          .withCredentials("access", "secret")
          .withBlobStoreProvider("transient-nio2")
          .build();

  @Test
  void main_storesInTheBucketAndFetchesAgain() throws Exception {
    String endpoint = server.getUri().toString();
    MinioClient client =
        MinioClient.builder()
            .endpoint(endpoint)
            .region("us-east-1")
            .credentials("access", "secret")
            .build();
    client.makeBucket(MakeBucketArgs.builder().bucket("layers").build());
    Path layer = Files.writeString(folder.resolve("layer"), "the weights");
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            MinioLayers.class.getName(),
            layer.toString());
    builder.environment().clear();
    builder
        .environment()
        .putAll(
            Map.of(
                "LAYER_STORE_URL", "s3://layers/gpt2",
                "S3_ENDPOINT", endpoint,
                "AWS_ACCESS_KEY_ID", "access",
                "AWS_SECRET_ACCESS_KEY", "secret"));
    Process process = builder.redirectOutput(output.toFile()).start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    } finally {
      process.destroyForcibly();
    }
    assertEquals(
        List.of("stored at " + endpoint + "/layers/gpt2/" + MD5, "fetched intact: true"),
        Files.readAllLines(output));
    assertTrue(Files.exists(layer));
  }
}
