package io.modelsplitter.checkpoint;

/**
 * A pattern for tensor names in which {@code *} stands for any characters. Matching takes time that
 * grows with the name and the pattern only, since patterns come from outside.
 */
record NamePattern(String text) {

  boolean matches(String name) {
    int at = 0;
    int in = 0;
    int star = -1;
    int retry = 0;
    while (in < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at;
        retry = in;
        at++;
      } else if (at < text.length() && text.charAt(at) == name.charAt(in)) {
        at++;
        in++;
      } else if (star >= 0) { // the last star takes one more
        retry++;
        in = retry;
        at = star + 1;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }
}
