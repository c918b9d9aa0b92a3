package io.modelsplitter.query;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression of PCRE in Java's syntax.
 *
 * <p>Inside a character class a {@code [} and {@code &&} are plain characters, {@code [:alpha:]} is
 * a class, and white space counts also with the option {@code x}. {@code \\b} goes by ASCII words
 * unless {@code (*UCP)} stands first, {@code \\p{Han}} names a script. What Java has no form for,
 * such as a conditional group, is not understood.
 *
 * @param pattern the expression for {@link Pattern}
 * @param flags what {@code (*UCP)} asks for
 */
record RegexSyntax(String pattern, int flags) {
  private static final Pattern VERB = Pattern.compile("\\(\\*(UCP|UTF8?)\\)");
  private static final Pattern PROPERTY = Pattern.compile("\\\\([pP])\\{(\\^?)(\\w+)\\}");

  private static final Pattern COUNT = Pattern.compile("\\{(\\d+)(?:,(\\d+)?)?\\}");

  private static final double MAX_REPEATS = 1e6;

  private static final String WORD_EDGE = "(?:(?<=\\w)(?!\\w)|(?<!\\w)(?=\\w))";
  private static final String NO_WORD_EDGE = "(?:(?<=\\w)(?=\\w)|(?<!\\w)(?!\\w))";

  /**
   * @param comments whether the option {@code x} is set
   * @throws PatternSyntaxException when the expression names an unknown class
   */
  static RegexSyntax of(String source, boolean comments) {
    int flags = 0;
    String rest = source;
    for (Matcher verb = VERB.matcher(rest); verb.lookingAt(); verb = VERB.matcher(rest)) {
      flags |= verb.group(1).equals("UCP") ? Pattern.UNICODE_CHARACTER_CLASS : 0;
      rest = rest.substring(verb.end());
    }
    checkRepeats(rest);
    return new RegexSyntax(rewrite(rest, comments), flags);
  }

  private static String rewrite(String source, boolean comments) {
    StringBuilder out = new StringBuilder();
    boolean inClass = false;
    for (int i = 0; i < source.length(); i++) {
      char c = source.charAt(i);
      if (c == '\\') {
        i = copyEscape(source, i, inClass, out) - 1;
      } else if (!inClass) {
        inClass = c == '[';
        out.append(c);
        if (inClass) {
          i += copyFirstOfClass(source, i, out);
        }
      } else if (c == ']') {
        inClass = false;
        out.append(c);
      } else if (c == '[' && source.startsWith("[:", i) && source.indexOf(":]", i) > 0) {
        int end = source.indexOf(":]", i);
        out.append(posixClass(source.substring(i + 2, end)));
        i = end + 1;
      } else if (c == '[' || c == '&' || (comments && (Character.isWhitespace(c) || c == '#'))) {
        out.append('\\').append(c);
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Nested counts multiply, and repeating nothing reads no text that could be watched. */
  private static void checkRepeats(String source) {
    double product = 1;
    for (Matcher count = COUNT.matcher(source); count.find(); ) {
      double most = Double.parseDouble(count.group(2) == null ? count.group(1) : count.group(2));
      product *= Math.max(1, most);
    }
    if (product > MAX_REPEATS) {
      throw new PatternSyntaxException("too many counted repeats", source, -1);
    }
  }

  /** Copies what begins with a backslash; answers where it ends. */
  private static int copyEscape(String source, int at, boolean inClass, StringBuilder out) {
    int quoteEnd = source.startsWith("\\Q", at) ? source.indexOf("\\E", at + 2) : -1;
    if (quoteEnd >= 0) {
      out.append(source, at, quoteEnd + 2);
      return quoteEnd + 2;
    }
    Matcher property = PROPERTY.matcher(source).region(at, source.length());
    if (property.lookingAt()) {
      boolean negated = property.group(1).equals("P") != property.group(2).equals("^");
      String name = property.group(3);
      // A name of more than two letters is a script.
      out.append(negated ? "\\P{" : "\\p{").append(name.length() > 2 ? "Is" : "").append(name);
      out.append('}');
      return property.end();
    }
    if (!inClass && source.startsWith("\\b", at)) {
      out.append(WORD_EDGE);
    } else if (!inClass && source.startsWith("\\B", at)) {
      out.append(NO_WORD_EDGE);
    } else {
      out.append(source, at, Math.min(at + 2, source.length()));
    }
    return Math.min(at + 2, source.length());
  }

  /** A {@code ]} that is the first of its class is a plain character. */
  private static int copyFirstOfClass(String source, int open, StringBuilder out) {
    int copied = 0;
    if (source.startsWith("^", open + 1)) {
      out.append('^');
      copied++;
    }
    if (source.startsWith("]", open + 1 + copied)) {
      out.append("\\]");
      copied++;
    }
    return copied;
  }

  private static String posixClass(String name) {
    boolean negated = name.startsWith("^");
    String property =
        switch (negated ? name.substring(1) : name) {
          case "alpha" -> "{Alpha}";
          case "digit" -> "{Digit}";
          case "alnum" -> "{Alnum}";
          case "upper" -> "{Upper}";
          case "lower" -> "{Lower}";
          case "punct" -> "{Punct}";
          case "graph" -> "{Graph}";
          case "print" -> "{Print}";
          case "blank" -> "{Blank}";
          case "cntrl" -> "{Cntrl}";
          case "xdigit" -> "{XDigit}";
          case "space" -> "{Space}";
          case "word" -> "";
          default -> throw new PatternSyntaxException("unknown class", name, -1);
        };
    if (property.isEmpty()) {
      return negated ? "\\W" : "\\w";
    }
    return (negated ? "\\P" : "\\p") + property;
  }
}
