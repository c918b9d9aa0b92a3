package io.modelsplitter.registry.client;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the registries are and the token for them, from environment variables. */
final class Endpoints {
  private static final String TOKEN = "MODEL_SPLITTER_TOKEN";
  private static final String TOKEN_FILE = "MODEL_SPLITTER_TOKEN_FILE";

  private Endpoints() {}

  /** The first of the variables that is set. */
  static String required(Map<String, String> environment, String... names) {
    for (String name : names) {
      String value = environment.get(name);
      if (value != null && !value.isBlank()) {
        return value.strip();
      }
    }
    throw new BadInputException("set " + String.join(" or ", List.of(names)) + " to the URL");
  }

  static @Nullable String token(Map<String, String> environment) {
    String token = environment.get(TOKEN);
    if (token != null && !token.isBlank()) {
      return token.strip();
    }
    String file = environment.get(TOKEN_FILE);
    if (file == null || file.isBlank()) {
      return null;
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new BadInputException(
          TOKEN_FILE + ": cannot read " + file + ": " + Problems.describe(e), e);
    }
  }
}
