package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteSource;
import java.util.List;

/**
 * A tensor in a file.
 *
 * @param name its name in the checkpoint
 * @param dtype the type of its elements
 * @param shape its dimensions, row-major; empty for a single number
 * @param source the file that holds it
 * @param offset where in the file its bytes begin
 * @param bytes how many bytes it has
 */
public record Tensor(
    String name, ElementType dtype, List<Long> shape, ByteSource source, long offset, long bytes) {

  /**
   * Copies the shape.
   *
   * @param name see {@link #name}
   * @param dtype see {@link #dtype}
   * @param shape see {@link #shape}
   * @param source see {@link #source}
   * @param offset see {@link #offset}
   * @param bytes see {@link #bytes}
   */
  public Tensor {
    shape = List.copyOf(shape);
  }

  /** {@return how many numbers it holds} */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
