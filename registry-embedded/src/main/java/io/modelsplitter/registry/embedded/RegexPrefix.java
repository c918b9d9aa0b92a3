package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.Condition;

/** The plain text with which everything begins that a regular expression matches. */
final class RegexPrefix {
  private static final String SPECIAL = "\\^$.[]|()?*+{}";

  private RegexPrefix() {}

  /** The text, or an empty one where the expression need not match at the beginning. */
  static String of(Condition.Regex regex) {
    String pattern = regex.pattern();
    boolean plain = regex.options().chars().allMatch(c -> c == 's' || c == 'u');
    if (!plain || !pattern.startsWith("^") || pattern.indexOf('|') >= 0) {
      return "";
    }
    StringBuilder prefix = new StringBuilder();
    int at = 1;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      boolean escaped = c == '\\' && at + 1 < pattern.length() && isPunctuation(pattern, at + 1);
      if ((SPECIAL.indexOf(c) >= 0 && !escaped) || Character.isSurrogate(c)) {
        break;
      }
      prefix.append(escaped ? pattern.charAt(at + 1) : c);
      at += escaped ? 2 : 1;
    }
    boolean repeated = at < pattern.length() && "?*{".indexOf(pattern.charAt(at)) >= 0;
    if (repeated && prefix.length() > 0) {
      prefix.setLength(prefix.length() - 1);
    }
    return prefix.toString();
  }

  /** What stands for itself behind a backslash; a letter or a digit there means something else. */
  private static boolean isPunctuation(String pattern, int at) {
    char c = pattern.charAt(at);
    return c < 0x80 && !Character.isLetterOrDigit(c);
  }
}
