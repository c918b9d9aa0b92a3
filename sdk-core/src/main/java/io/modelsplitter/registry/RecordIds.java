package io.modelsplitter.registry;

/** What can be the key of a record: 1 to 128 characters of {@code [A-Za-z0-9._:-]}. */
public final class RecordIds {

  private RecordIds() {}

  /**
   * {@return whether a record can have this key; {@code .} and {@code ..} would vanish from a URL}
   *
   * @param id any text
   */
  public static boolean isValid(String id) {
    return FieldErrors.isId(id);
  }
}
