package io.modelsplitter.storage;

import io.modelsplitter.error.BadInputException;
import java.util.regex.Pattern;

/** What a stored file may be called: never a path. */
final class StoredNames {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,254}");

  private StoredNames() {}

  static boolean isValid(String name) {
    return NAME.matcher(name).matches();
  }

  static String checked(String name) {
    if (!isValid(name)) {
      throw new BadInputException(
          "a stored file's name must be 1 to 255 characters of [A-Za-z0-9._-] that begin with a"
              + " letter or digit, not \""
              + name
              + "\"");
    }
    return name;
  }
}
