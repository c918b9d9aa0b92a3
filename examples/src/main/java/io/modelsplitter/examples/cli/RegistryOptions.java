package io.modelsplitter.examples.cli;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which registry is asked, and who asks. */
final class RegistryOptions {
  /** Where the server listens when it is not told otherwise. */
  private static final String DEFAULT_URL = "http://127.0.0.1:8002";

  @Option(
      names = "--registry",
      paramLabel = "URL",
      description =
          "Where the registry is. Default: the variable of a splitter (MODEL_LAYERS_REGISTRY_URL for"
              + " layers, TASK_STATUS_UPDATE_URL for tasks), or the server on this machine at port"
              + " 8002.")
  private @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file with the token. Default: the variable MODEL_SPLITTER_TOKEN, or the file that"
              + " MODEL_SPLITTER_TOKEN_FILE names.")
  private @Nullable Path tokenFile;

  /**
   * The variables from which a client is made.
   *
   * @param variables those that may hold the URL; the first is the one that counts most
   */
  Map<String, String> environment(Map<String, String> ours, String... variables) {
    Map<String, String> environment = new LinkedHashMap<>(ours);
    if (url != null) {
      environment.put(variables[0], url);
    } else {
      boolean isSet = false;
      for (String variable : variables) {
        isSet |= !environment.getOrDefault(variable, "").isBlank();
      }
      if (!isSet) {
        environment.put(variables[0], DEFAULT_URL);
      }
    }
    if (tokenFile != null) {
      environment.put("MODEL_SPLITTER_TOKEN", token(tokenFile));
    }
    return environment;
  }

  private static String token(Path file) {
    String token;
    try {
      token = Files.readString(file).strip();
    } catch (IOException e) { // or the file is not text
      throw new BadInputException(
          "--token-file " + file + " cannot be read: " + Problems.describe(e), e);
    }
    if (!token.matches("[!-~]+")) {
      throw new BadInputException(
          "--token-file " + file + " must hold a token, of letters, digits and signs, and no more");
    }
    return token;
  }
}
