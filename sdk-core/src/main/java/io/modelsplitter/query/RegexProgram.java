package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression from outside, run so that it cannot stop the process: its length is bounded,
 * and so is the time that all searches of one query take.
 *
 * <p>Java's syntax is close to PCRE's. Where they differ without an error, the pattern is
 * rewritten: inside a character class a {@code [} and {@code &&} are plain characters, {@code
 * [:alpha:]} is a class, and white space counts also with the option {@code x}.
 */
final class RegexProgram {
  private static final int MAX_LENGTH = 16_384;

  private final Pattern pattern;
  private final String source;

  private RegexProgram(Pattern pattern, String source) {
    this.pattern = pattern;
    this.source = source;
  }

  static RegexProgram compile(String source, String options) {
    if (source.length() > MAX_LENGTH) {
      throw new BadInputException(
          "$regex has %d characters; at most %d are taken".formatted(source.length(), MAX_LENGTH));
    }
    if (source.indexOf('\0') >= 0) {
      throw new BadInputException("$regex " + Json.show(source) + " holds U+0000");
    }
    int flags = Pattern.UNIX_LINES; // for PCRE only \n ends a line
    for (int i = 0; i < options.length(); i++) {
      flags |= flag(options.charAt(i));
    }
    try {
      RegexSyntax java = RegexSyntax.of(source, (flags & Pattern.COMMENTS) != 0);
      return new RegexProgram(Pattern.compile(java.pattern(), flags | java.flags()), source);
    } catch (PatternSyntaxException | StackOverflowError e) {
      throw new BadInputException(
          "$regex " + Json.show(source) + " is not a regular expression that is understood", e);
    }
  }

  private static int flag(char option) {
    return switch (option) {
      case 'i' -> Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE;
      case 'm' -> Pattern.MULTILINE;
      case 's' -> Pattern.DOTALL;
      case 'x' -> Pattern.COMMENTS;
      case 'u' -> 0; // text is Unicode anyway
      default ->
          throw new BadInputException(
              "$options has " + Json.show(String.valueOf(option)) + "; i, m, s, x and u are known");
    };
  }

  /** Whether a part of the text matches; the search takes from the time that the query has. */
  boolean find(String text, RegexTime time) {
    long start = System.nanoTime();
    try {
      return pattern.matcher(new Watched(text, start + time.left())).find();
    } catch (StackOverflowError e) {
      throw new BadInputException(
          "$regex " + Json.show(source) + " is too complex for a text of this length", e);
    } catch (TooSlowException e) {
      throw new BadInputException(
          "$regex " + Json.show(source) + " takes longer than a second; make it simpler", e);
    } finally {
      time.took(System.nanoTime() - start);
    }
  }

  /** Text that stops being read when the time is up. */
  private static final class Watched implements CharSequence {
    private final CharSequence text;
    private final long deadline;
    private int reads;

    Watched(CharSequence text, long deadline) {
      this.text = text;
      this.deadline = deadline;
    }

    @Override
    public char charAt(int index) {
      if ((reads++ & 0xFFF) == 0 && System.nanoTime() - deadline > 0) {
        throw new TooSlowException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Watched(text.subSequence(start, end), deadline);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }

  private static final class TooSlowException extends RuntimeException {
    TooSlowException() {
      super(null, null, false, false);
    }
  }
}
