package io.modelsplitter.error;

/** There is nothing under the id that was asked for. */
public class NotFoundException extends ModelSplitterException {
  /** What was looked for. */
  private final String id;

  /**
   * @param message names the kind of thing and its id
   * @param id what was looked for
   */
  public NotFoundException(String message, String id) {
    super(message, null);
    this.id = id;
  }

  /** {@return what was looked for} */
  public String id() {
    return id;
  }
}
