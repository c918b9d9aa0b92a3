package io.modelsplitter.kubernetes;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Objects without the empty lists and maps that the library's models write for every field that was
 * not set. Most clusters do not mind them; an {@code overhead} that is there, if empty, gets a pod
 * refused.
 */
final class Sparse {
  private static final MediaType MERGE_PATCH = MediaType.get("application/merge-patch+json");
  private static final MediaType JSON = MediaType.get("application/json");

  /** Other empty objects mean something: {@code emptyDir: {}}. */
  private static final Set<String> MAPS =
      Set.of("overhead", "nodeSelector", "limits", "requests", "binaryData");

  private Sparse() {}

  /**
   * The request; where it brings an object, with that object as it should be, and a patch with the
   * type of one, which the library calls JSON, and a cluster then refuses.
   */
  static Request of(Request request) throws IOException {
    RequestBody body = request.body();
    boolean patch = request.method().equals("PATCH");
    if (body == null || !(patch || request.method().equals("POST"))) {
      return request;
    }
    Buffer buffer = new Buffer();
    body.writeTo(buffer);
    Map<String, Object> object = Json.parseObject("what is sent", buffer.readByteArray());
    byte[] text = Json.writeBytes(patch ? object : object(object));
    return request
        .newBuilder()
        .method(request.method(), RequestBody.create(text, patch ? MERGE_PATCH : JSON))
        .build();
  }

  static Map<String, Object> object(Map<?, ?> object) {
    Map<String, Object> sparse = new LinkedHashMap<>();
    object.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          Object kept = value(value);
          if (kept != null && !isUnset(name, kept)) {
            sparse.put(name, kept);
          }
        });
    return sparse;
  }

  private static boolean isUnset(String name, Object value) {
    return (value instanceof List<?> list && list.isEmpty())
        || (value instanceof Map<?, ?> map && map.isEmpty() && MAPS.contains(name));
  }

  private static @Nullable Object value(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return object(map);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> all = new ArrayList<>();
      list.forEach(each -> all.add(value(each)));
      return all;
    }
    return value;
  }
}
