package io.modelsplitter.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.modelsplitter.error.BadInputException;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The objects of a list, or of the list {@code data} in a {@code {"data": […]}} answer, read one by
 * one so that a long answer is never held whole. Other fields are skipped. Used once, by one
 * thread.
 */
public final class JsonElements {
  private final String what;
  private final boolean bare;
  private final InputStream in;

  /**
   * @param bare whether the answer is the list itself
   */
  JsonElements(String what, boolean bare, InputStream in) {
    this.what = what;
    this.bare = bare;
    this.in = in;
  }

  /**
   * Hands over each element.
   *
   * @param action called for each, one after the other, by this thread
   * @throws BadInputException when the text is not such an answer; elements before the bad place
   *     were handed over already
   * @throws IOException when the stream cannot be read or ends too early
   */
  public void forEach(Consumer<Map<String, Object>> action) throws IOException {
    boolean[] ended = {false};
    InputStream noting =
        new FilterInputStream(in) {
          @Override
          public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            ended[0] |= read < 0;
            return read;
          }
        };
    try (JsonParser parser = Json.FACTORY.createParser(noting)) {
      JsonToken first = parser.nextToken();
      if (first != (bare ? JsonToken.START_ARRAY : JsonToken.START_OBJECT)) {
        throw new BadInputException(what + " is not a JSON " + (bare ? "list" : "object"));
      }
      if (bare) {
        list(parser, action);
      } else {
        data(parser, action);
      }
    } catch (JsonProcessingException e) {
      if (ended[0]) {
        throw new EOFException(what + " breaks off");
      }
      throw Json.malformed(what, e);
    }
  }

  private void data(JsonParser parser, Consumer<Map<String, Object>> action) throws IOException {
    boolean found = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean data = parser.currentName().equals("data");
      JsonToken token = parser.nextToken();
      if (data && token == JsonToken.START_ARRAY) {
        found = true;
        list(parser, action);
      } else {
        parser.skipChildren();
      }
    }
    if (!found || parser.currentToken() != JsonToken.END_OBJECT) {
      throw new BadInputException(what + " has no list \"data\"");
    }
  }

  private void list(JsonParser parser, Consumer<Map<String, Object>> action) throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      action.accept(element(parser));
    }
  }

  @SuppressWarnings("unchecked") // JsonValues.read makes no other map
  private Map<String, Object> element(JsonParser parser) throws IOException {
    if (JsonValues.read(what, parser) instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new BadInputException(what + " has an element that is not an object");
  }
}
