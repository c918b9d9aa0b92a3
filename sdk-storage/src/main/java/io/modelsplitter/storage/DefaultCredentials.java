package io.modelsplitter.storage;

import io.minio.credentials.AwsConfigProvider;
import io.minio.credentials.IamAwsProvider;
import io.minio.credentials.Provider;
import io.modelsplitter.error.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Credentials where the environment does not have them itself, in AWS's order. */
final class DefaultCredentials {
  private static final List<String> OF_THE_CONTAINER =
      List.of(
          "AWS_WEB_IDENTITY_TOKEN_FILE",
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI");

  private DefaultCredentials() {}

  static Provider of(Map<String, String> environment) {
    if (OF_THE_CONTAINER.stream().anyMatch(environment::containsKey)) {
      return new IamAwsProvider(null, null);
    }
    String file = environment.get("AWS_SHARED_CREDENTIALS_FILE");
    Path path =
        file == null
            ? Path.of(environment.getOrDefault("HOME", "/"), ".aws", "credentials")
            : Path.of(file);
    if (Files.isReadable(path)) {
      return new AwsConfigProvider(
          path.toString(), environment.getOrDefault("AWS_PROFILE", "default"));
    }
    throw new BadInputException(
        "S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or the file "
            + path);
  }
}
