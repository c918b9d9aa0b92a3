package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import okhttp3.OkHttpClient;

/** What Kubernetes gives to a pod for calling its own API server. */
final class InCluster {
  static final Path FOLDER = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  private InCluster() {}

  static KubernetesClient client(Map<String, String> environment, Path folder) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isEmpty()) {
      throw new BadInputException(
          "KUBERNETES_SERVICE_HOST is not set: this process does not run in a pod;"
              + " give a kubeconfig file");
    }
    Path token = folder.resolve("token");
    try {
      String unused = read(token);
      OkHttpClient.Builder http = new OkHttpClient.Builder();
      Tls.trusting(Files.readAllBytes(folder.resolve("ca.crt")), "ca.crt").applyTo(http);
      http.addInterceptor(
          chain ->
              chain.proceed(
                  chain
                      .request()
                      .newBuilder()
                      // The kubelet rotates the token; the file is in memory.
                      .header("Authorization", "Bearer " + read(token))
                      .build()));
      String address = host.contains(":") ? "[" + host + "]" : host;
      return KubernetesClient.of(http.build(), "https://" + address + ":" + port);
    } catch (IOException e) {
      throw new BadInputException(
          "the pod's service account cannot be read ("
              + Problems.describe(e)
              + "); its pod needs automountServiceAccountToken",
          e);
    }
  }

  private static String read(Path token) throws IOException {
    return Files.readString(token).strip();
  }
}
