package io.modelsplitter.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * The element types of GGUF: plain numbers, and blocks of quantised ones, which lie along a
 * tensor's innermost dimension. Numbers and sizes are those of {@code ggml.h} and {@code
 * ggml-common.h}.
 */
public enum GgmlType implements ElementType {
  /** IEEE single precision. */
  F32(0, 1, 4),
  /** IEEE half precision. */
  F16(1, 1, 2),
  /** Four bits and a scale. */
  Q4_0(2, 32, 18),
  /** Four bits, a scale and a minimum. */
  Q4_1(3, 32, 20),
  /** Five bits and a scale. */
  Q5_0(6, 32, 22),
  /** Five bits, a scale and a minimum. */
  Q5_1(7, 32, 24),
  /** Eight bits and a scale. */
  Q8_0(8, 32, 34),
  /** About 2.6 bits. */
  Q2_K(10, 256, 84),
  /** About 3.4 bits. */
  Q3_K(11, 256, 110),
  /** 4.5 bits. */
  Q4_K(12, 256, 144),
  /** 5.5 bits. */
  Q5_K(13, 256, 176),
  /** About 6.6 bits. */
  Q6_K(14, 256, 210),
  /** About 2.1 bits, from a codebook. */
  IQ2_XXS(16, 256, 66),
  /** About 2.3 bits, from a codebook. */
  IQ2_XS(17, 256, 74),
  /** About 3.1 bits, from a codebook. */
  IQ3_XXS(18, 256, 98),
  /** About 1.6 bits, from a codebook. */
  IQ1_S(19, 256, 50),
  /** 4.5 bits, not linear. */
  IQ4_NL(20, 32, 18),
  /** About 3.4 bits, from a codebook. */
  IQ3_S(21, 256, 110),
  /** About 2.6 bits, from a codebook. */
  IQ2_S(22, 256, 82),
  /** 4.25 bits, not linear. */
  IQ4_XS(23, 256, 136),
  /** Signed byte. */
  I8(24, 1, 1),
  /** Signed, two bytes. */
  I16(25, 1, 2),
  /** Signed, four bytes. */
  I32(26, 1, 4),
  /** Signed, eight bytes. */
  I64(27, 1, 8),
  /** IEEE double precision. */
  F64(28, 1, 8),
  /** 1.75 bits, from a codebook. */
  IQ1_M(29, 256, 56),
  /** Brain float: the upper half of {@link #F32}. */
  BF16(30, 1, 2),
  /** Three values, about 1.7 bits. */
  TQ1_0(34, 256, 54),
  /** Three values, about 2.1 bits. */
  TQ2_0(35, 256, 66),
  /** Four-bit floats that share an exponent. */
  MXFP4(39, 32, 17);

  private final int number;
  private final int blockElements;
  private final int blockBytes;

  GgmlType(int number, int blockElements, int blockBytes) {
    this.number = number;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /** The number that stands for it in a file. */
  int number() {
    return number;
  }

  @Override
  public int blockElements() {
    return blockElements;
  }

  @Override
  public int blockBytes() {
    return blockBytes;
  }

  static Optional<GgmlType> of(int number) {
    return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
  }
}
