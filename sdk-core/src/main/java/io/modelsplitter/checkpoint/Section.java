package io.modelsplitter.checkpoint;

import java.util.List;

/**
 * What a rank holds for one place in the model.
 *
 * @param label {@code before}, {@code layer-N}, {@code after} or {@code every-stage}
 * @param parts in the order of the checkpoint
 */
public record Section(String label, List<TensorPart> parts) {

  /**
   * Copies the list.
   *
   * @param label see {@link #label}
   * @param parts see {@link #parts}
   */
  public Section {
    parts = List.copyOf(parts);
  }
}
