package io.modelsplitter.checkpoint;

import java.io.IOException;
import java.util.List;

/** A safetensors file with no other metadata than {@code {"format": "pt"}}. */
record SafetensorsFormat() implements ShardFormat {

  @Override
  public void write(List<TensorPart> parts, PartReader.Sink sink) throws IOException {
    List<TensorPart> ordered = SafetensorsLayout.ordered(parts);
    SafetensorsLayout.writeHeader(ordered, sink);
    PartReader reader = new PartReader();
    for (TensorPart part : ordered) {
      reader.read(part, sink);
    }
  }
}
