package io.modelsplitter.kubernetes;

import io.kubernetes.client.util.ClientBuilder;
import io.kubernetes.client.util.KubeConfig;
import io.modelsplitter.error.BadInputException;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;

/** The one place where the library's loader is used: on a file of the operator's own. */
final class OperatorFile {
  private OperatorFile() {}

  static KubernetesClient client(Path file) {
    try (Reader reader = Files.newBufferedReader(file)) {
      KubeConfig config = KubeConfig.loadKubeConfig(reader);
      config.setFile(file.toFile()); // its file references are relative to it
      if (config.getServer() == null) {
        throw new BadInputException("no server in its current context");
      }
      return new KubernetesClient(ClientBuilder.kubeconfig(config).build());
    } catch (BadInputException e) { // its message is our own
      throw new BadInputException("the kubeconfig file " + file + " has " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      // What a parser says may hold a line of the file, so only its kind is told.
      throw new BadInputException(
          "the kubeconfig file "
              + file
              + " cannot be used ("
              + e.getClass().getSimpleName()
              + "); check it with: kubectl --kubeconfig FILE config view",
          e instanceof IOException ? e : null);
    }
  }
}
