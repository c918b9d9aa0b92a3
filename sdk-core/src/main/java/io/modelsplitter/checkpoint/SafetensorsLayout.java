package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How a safetensors file is laid out, byte for byte as the format's own writer does it: tensors by
 * type (the last of {@link DType} first), then by name in UTF-8 order; compact JSON; the header's
 * length padded with spaces to a multiple of 8.
 */
final class SafetensorsLayout {
  private static final Comparator<TensorPart> ORDER =
      Comparator.comparing(SafetensorsLayout::dtype)
          .reversed()
          .thenComparing(
              part -> part.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  private SafetensorsLayout() {}

  private static DType dtype(TensorPart part) {
    if (part.tensor().dtype() instanceof DType dtype) {
      return dtype;
    }
    throw new BadInputException(
        "safetensors has no type %s, which tensor %s has; it can be kept in GGUF only"
            .formatted(part.tensor().dtype().name(), Json.show(part.name())));
  }

  static List<TensorPart> ordered(List<TensorPart> parts) {
    return parts.stream().sorted(ORDER).toList();
  }

  /** Hands over the length and the header for tensors that are in order. */
  static void writeHeader(List<TensorPart> ordered, PartReader.Sink sink) throws IOException {
    HeaderBuffer counted = new HeaderBuffer(null);
    put(ordered, counted);
    int padding = (int) (-counted.length() & 7);
    HeaderBuffer header = new HeaderBuffer(sink);
    ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    header.put(length.putLong(counted.length() + padding).array());
    put(ordered, header);
    header.put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
    header.flush();
  }

  private static void put(List<TensorPart> ordered, HeaderBuffer header) throws IOException {
    StringBuilder json = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    long offset = 0;
    for (TensorPart part : ordered) {
      long end = Math.addExact(offset, part.bytes());
      json.append(',');
      appendString(json, part.name());
      json.append(":{\"dtype\":\"").append(dtype(part)).append("\",\"shape\":[");
      List<Long> shape = part.shape();
      for (int i = 0; i < shape.size(); i++) {
        json.append(i == 0 ? "" : ",").append(shape.get(i));
      }
      json.append("],\"data_offsets\":[").append(offset).append(',').append(end).append("]}");
      offset = end;
      header.put(json.toString().getBytes(StandardCharsets.UTF_8));
      json.setLength(0);
    }
    json.append('}');
    header.put(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** As serde_json escapes, which the format's own writer uses: only what must be. */
  private static void appendString(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\b' -> json.append("\\b");
        case '\f' -> json.append("\\f");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < 0x20) {
            json.append(String.format("\\u%04x", (int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
