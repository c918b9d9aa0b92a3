package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import java.util.regex.Pattern;

/**
 * Credentials that only the holder of a key can read; a type of its own, so that readable ones
 * cannot be stored by mistake.
 *
 * @param text {@code v1.} and the base64url of what was sealed, without padding
 */
public record SealedCredentials(String text) {
  private static final Pattern FORM = Pattern.compile("v1\\.[A-Za-z0-9_-]+");

  /**
   * Checks the form.
   *
   * @param text see {@link #text}
   * @throws BadInputException when the text has another one; it does not show the text
   */
  public SealedCredentials {
    if (!FORM.matcher(text).matches()) {
      throw new BadInputException("sealed credentials must begin with v1. and be base64url");
    }
  }

  @Override
  public String toString() {
    return "SealedCredentials[" + text.length() + " characters]";
  }
}
