package io.modelsplitter.checkpoint;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;

/** Makes and reads safetensors files without the code under test. */
@NullUnmarked
final class TestFiles {

  private TestFiles() {}

  /** A file with this header as it stands, and so many bytes of data. */
  static Path raw(Path file, String header, int dataBytes) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    byte[] data = new byte[dataBytes];
    new Random(7).nextBytes(data);
    return Files.write(file, bytes.put(data).array());
  }

  /** A file of F32 vectors with these names, each of so many elements. */
  static Path vectors(Path file, int elements, String... names) throws IOException {
    Map<String, Object> header = new LinkedHashMap<>();
    int offset = 0;
    for (String name : names) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("dtype", "F32");
      tensor.put("shape", List.of(elements));
      tensor.put("data_offsets", List.of(offset, offset + 4 * elements));
      header.put(name, tensor);
      offset += 4 * elements;
    }
    return raw(file, Json.write(header), offset);
  }

  /** Type, shape and bytes of each tensor, by name. */
  static Map<String, List<Object>> tensors(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
    Map<String, List<Object>> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : Json.parseObject("header", header).entrySet()) {
      if (!entry.getKey().equals("__metadata__") && entry.getValue() instanceof Map<?, ?> info) {
        List<?> offsets = (List<?>) info.get("data_offsets");
        int from = 8 + length + (Integer) offsets.get(0);
        int to = 8 + length + (Integer) offsets.get(1);
        ByteBuffer data = ByteBuffer.wrap(Arrays.copyOfRange(bytes, from, to));
        tensors.put(entry.getKey(), List.of(info.get("dtype"), info.get("shape"), data));
      }
    }
    return tensors;
  }
}
