package io.modelsplitter.error;

import java.util.Map;

/** What is stored has another version than the one that was to be changed. */
public final class VersionConflictException extends ConflictException {

  /**
   * @param message names the id and both versions
   * @param id the id of the stored thing
   * @param stored the stored thing as it goes over the wire, or an empty map where it is not known
   */
  public VersionConflictException(String message, String id, Map<String, Object> stored) {
    super(message, id, stored);
  }
}
