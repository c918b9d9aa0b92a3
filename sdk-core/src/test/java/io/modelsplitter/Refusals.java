package io.modelsplitter;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** What a test says of a call that is refused: by which exception, and in which words. */
public final class Refusals {

  private Refusals() {}

  /**
   * The exception that a call throws.
   *
   * @param type what it must be
   * @param call what must throw it
   * @param parts what its message must have, each somewhere
   * @return the exception, for whoever has more to ask
   */
  public static <E extends Exception> E refused(Class<E> type, Executable call, String... parts) {
    E e = assertThrows(type, call);
    String message = String.valueOf(e.getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
    }
    return e;
  }
}
