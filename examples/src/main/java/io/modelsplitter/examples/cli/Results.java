package io.modelsplitter.examples.cli;

import io.modelsplitter.json.Json;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;

/**
 * Standard output: what a command was asked for. Unlike {@code System.out} it tells when nobody
 * takes it any more. For one thread.
 */
final class Results {
  private static final Charset CHARSET =
      Charset.forName(System.getProperty("native.encoding", "UTF-8"));

  private final OutputStream out;
  private boolean isBroken;

  Results(OutputStream out) {
    this.out = new BufferedOutputStream(out, 1 << 14);
  }

  /** Standard output cannot be written to. */
  static final class OutputException extends RuntimeException {
    private final transient IOException reason;

    OutputException(IOException reason) {
      super(reason);
      this.reason = reason;
    }

    IOException reason() {
      return reason;
    }

    /** Whether there is a reader who has gone, as {@code head} goes. */
    boolean isClosedPipe() {
      return String.valueOf(getMessage()).toLowerCase(Locale.ROOT).contains("pipe");
    }
  }

  /** A line for a person: what would steer a terminal is taken out. */
  void line(String text) {
    exactly(shown(text) + "\n");
  }

  /** A line for a person, its values in a format. */
  void row(String format, Object... values) {
    line(String.format(Locale.ROOT, format, values).stripTrailing());
  }

  /** The text as it is. */
  void exactly(String text) {
    try {
      out.write(text.getBytes(CHARSET));
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** A value as JSON in one line of ASCII. */
  void json(Object value) {
    exactly(Json.write(value) + "\n");
  }

  /** JSON that is written piece by piece. */
  void write(JsonWriter json) {
    try {
      json.writeTo(out);
    } catch (IOException e) { // nothing else is written to, or read
      throw broken(e);
    }
    exactly("\n");
  }

  /** Writes JSON. */
  interface JsonWriter {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Hands everything over; nothing, when that was told to be impossible before. */
  void flush() {
    try {
      if (!isBroken) {
        out.flush();
      }
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private OutputException broken(IOException e) {
    isBroken = true;
    return new OutputException(e);
  }

  /** To write as picocli does. */
  PrintWriter writer() {
    return new PrintWriter(new OutputStreamWriter(out, CHARSET), true);
  }

  /** The text with a question mark for each control character. */
  static String shown(String text) {
    return text.replaceAll("[\\p{Cntrl}\\u0080-\\u009f\\u202a-\\u202e\\u2066-\\u2069]", "?");
  }
}
