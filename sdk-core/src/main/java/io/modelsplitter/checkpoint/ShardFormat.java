package io.modelsplitter.checkpoint;

import java.io.IOException;
import java.util.List;

/** How tensors are laid out in a file: the same tensors always give the same bytes. */
interface ShardFormat {

  /** Hands over the bytes of a file with these tensors, in order. */
  void write(List<TensorPart> parts, PartReader.Sink sink) throws IOException;
}
