package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with a record, so that one message names everything. */
final class FieldErrors {
  private static final int MAX_ID = 128;

  private static final int MAX_TEXT = 4_096;

  private final String what;
  private final List<String> problems = new ArrayList<>();

  FieldErrors(String what) {
    this.what = what;
  }

  void add(String problem) {
    problems.add(problem);
  }

  void missingOrWrong(String name, @Nullable Object value, String wanted) {
    add(
        value == null
            ? name + " is missing; it must be " + wanted
            : name + " must be " + wanted + ", not " + Json.show(value));
  }

  /** A key, which is also a path segment of a URL: {@code .} and {@code ..} would vanish there. */
  void id(String name, String value) {
    if (!isId(value)) {
      add(name + " must be 1 to 128 characters of [A-Za-z0-9._:-], not " + Json.show(value));
    }
  }

  static boolean isId(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (!(c >= 'A' && c <= 'Z')
          && !(c >= 'a' && c <= 'z')
          && !(c >= '0' && c <= ':') // the colon follows the digits
          && "._-".indexOf(c) < 0) {
        return false;
      }
    }
    return !value.isEmpty()
        && value.length() <= MAX_ID
        && !value.equals(".")
        && !value.equals("..");
  }

  /** Text that every database can hold: not too long, no U+0000, no half a surrogate pair. */
  void text(String name, String value) {
    if (value.length() > MAX_TEXT) {
      add(name + " has " + value.length() + " characters; at most " + MAX_TEXT + " are kept");
    } else if (!isStorable(value)) {
      add(name + " holds U+0000 or an unpaired surrogate: " + Json.show(value));
    }
  }

  static boolean isStorable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < value.length()
          && Character.isLowSurrogate(value.charAt(i + 1))) {
        i++;
      } else if (c == 0 || Character.isSurrogate(c)) {
        return false;
      }
    }
    return true;
  }

  void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new BadInputException("bad " + what + ": " + String.join("; ", problems));
    }
  }
}
