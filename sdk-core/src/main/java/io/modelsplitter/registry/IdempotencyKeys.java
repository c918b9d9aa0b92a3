package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;

/**
 * What can be an {@code Idempotency-Key}: 1 to 255 printable ASCII characters, without spaces, as
 * they go in a header.
 */
public final class IdempotencyKeys {
  private static final int MAX = 255;

  private IdempotencyKeys() {}

  /**
   * Refuses what cannot be a key.
   *
   * @param key any text
   * @throws BadInputException when it is none; it names the header, since that is where keys come
   *     from
   */
  public static void check(String key) {
    boolean isPrintable = key.chars().allMatch(c -> c > ' ' && c <= '~');
    if (key.isEmpty() || key.length() > MAX || !isPrintable) {
      throw new BadInputException(
          "Idempotency-Key must be 1 to 255 printable characters without spaces, not "
              + Json.show(key));
    }
  }
}
