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
 * A GGUF file, version 3, with tensors by name in UTF-8 order, each padded to the alignment.
 *
 * @param alignment as the key-values have it
 * @param keyValues in the order in which they are written
 */
record GgufFormat(int alignment, List<GgufMetadata.KeyValue> keyValues) implements ShardFormat {
  private static final int VERSION = 3;

  @Override
  public void write(List<TensorPart> parts, PartReader.Sink sink) throws IOException {
    List<TensorPart> ordered =
        parts.stream()
            .sorted(
                Comparator.comparing(
                    part -> part.name().getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned))
            .toList();
    ByteBuffer head = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(FileKind.GGUF_MAGIC)
        .putInt(VERSION)
        .putLong(ordered.size())
        .putLong(keyValues.size());
    sink.write(head.flip());
    long position = head.capacity();
    PartReader reader = new PartReader();
    for (GgufMetadata.KeyValue keyValue : keyValues) {
      reader.read(keyValue.source(), keyValue.from(), keyValue.to(), sink);
      position += keyValue.to() - keyValue.from();
    }
    HeaderBuffer infos = new HeaderBuffer(sink);
    put(ordered, infos);
    infos.flush();
    pad(position + infos.length(), sink);
    for (TensorPart part : ordered) {
      reader.read(part, sink);
      pad(part.bytes(), sink);
    }
  }

  private void put(List<TensorPart> ordered, HeaderBuffer infos) throws IOException {
    long offset = 0;
    for (TensorPart part : ordered) {
      byte[] name = part.name().getBytes(StandardCharsets.UTF_8);
      List<Long> shape = part.shape();
      ByteBuffer info =
          ByteBuffer.allocate(8 + name.length + 4 + 8 * shape.size() + 4 + 8)
              .order(ByteOrder.LITTLE_ENDIAN);
      info.putLong(name.length).put(name).putInt(shape.size());
      for (int i = shape.size() - 1; i >= 0; i--) {
        info.putLong(shape.get(i));
      }
      info.putInt(type(part).number()).putLong(offset);
      infos.put(info.array());
      offset = GgufFile.align(Math.addExact(offset, part.bytes()), alignment);
    }
  }

  private static GgmlType type(TensorPart part) {
    if (part.tensor().dtype() instanceof GgmlType type) {
      return type;
    }
    throw new BadInputException(
        "tensor %s is of a safetensors file, and cannot be put into GGUF"
            .formatted(Json.show(part.name())));
  }

  private void pad(long position, PartReader.Sink sink) throws IOException {
    int padding = (int) (GgufFile.align(position, alignment) - position);
    sink.write(ByteBuffer.allocate(padding));
  }
}
