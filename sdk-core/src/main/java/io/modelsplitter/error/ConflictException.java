package io.modelsplitter.error;

import java.util.Map;

/** What is stored contradicts what was asked: read it, then decide. */
public class ConflictException extends ModelSplitterException {
  /** The id of the stored thing. */
  private final String id;

  private final transient Map<String, Object> stored;

  /**
   * @param message names the id and the contradiction
   * @param id the id of the stored thing
   * @param stored the stored thing as it goes over the wire, or an empty map where it is not known
   */
  public ConflictException(String message, String id, Map<String, Object> stored) {
    super(message, null);
    this.id = id;
    this.stored = stored;
  }

  /** {@return the id of the stored thing} */
  public String id() {
    return id;
  }

  /** {@return the stored thing as it goes over the wire; empty where it is not known} */
  public Map<String, Object> stored() {
    return stored;
  }
}
