package io.modelsplitter.checkpoint;

/**
 * The type of a tensor's elements. They come in blocks of one or more, each of whole bytes; a
 * tensor can be cut between blocks only.
 */
public sealed interface ElementType permits DType, GgmlType {

  /** {@return what the format calls it} */
  String name();

  /** {@return how many elements a block has} */
  int blockElements();

  /** {@return how many bytes a block has} */
  int blockBytes();

  /**
   * {@return how many bytes so many elements take}
   *
   * @param elements 0 or more; whole blocks
   * @throws ArithmeticException when they are no whole blocks, or more bytes than a long can count
   */
  default long bytes(long elements) {
    if (elements % blockElements() != 0) {
      throw new ArithmeticException(
          "%d elements of %s are no whole blocks of %d"
              .formatted(elements, name(), blockElements()));
    }
    return Math.multiplyExact(elements / blockElements(), (long) blockBytes());
  }
}
