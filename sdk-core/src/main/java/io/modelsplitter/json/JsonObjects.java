package io.modelsplitter.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.modelsplitter.error.BadInputException;
import java.util.Map;
import java.util.Objects;

/** Objects of a user's own classes. */
final class JsonObjects {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private JsonObjects() {}

  static <T> T convert(String what, Map<String, ?> value, Class<T> type) {
    try {
      T converted = MAPPER.readValue(Json.write(value), type);
      return Objects.requireNonNull(converted);
    } catch (JsonProcessingException e) {
      String path = e instanceof JsonMappingException mapping ? path(mapping) : "";
      String reason = String.valueOf(e.getOriginalMessage()).replaceAll("\\s*\\([^()]*\\)", "");
      throw new BadInputException(what + path + " does not fit: " + reason, e);
    }
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      path.append('.').append(step.getFieldName() == null ? step.getIndex() : step.getFieldName());
    }
    return path.toString();
  }
}
