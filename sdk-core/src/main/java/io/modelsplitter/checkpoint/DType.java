package io.modelsplitter.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * The element types of safetensors, in the order in which the format's own writer ranks them: a
 * file begins with the tensors of the last type here.
 */
public enum DType implements ElementType {
  /** One byte, 0 or 1. */
  BOOL(8),
  /** Four-bit float, two to a byte. */
  F4(4),
  /** Six-bit float with two exponent bits. */
  F6_E2M3(6),
  /** Six-bit float with three exponent bits. */
  F6_E3M2(6),
  /** Unsigned byte. */
  U8(8),
  /** Signed byte. */
  I8(8),
  /** Eight-bit float with five exponent bits. */
  F8_E5M2(8),
  /** Eight-bit float with four exponent bits. */
  F8_E4M3(8),
  /** Eight-bit scale, exponent only. */
  F8_E8M0(8),
  /** As {@link #F8_E4M3}, without negative zero. */
  F8_E4M3FNUZ(8),
  /** As {@link #F8_E5M2}, without negative zero. */
  F8_E5M2FNUZ(8),
  /** Signed, two bytes. */
  I16(16),
  /** Unsigned, two bytes. */
  U16(16),
  /** IEEE half precision. */
  F16(16),
  /** Brain float: the upper half of {@link #F32}. */
  BF16(16),
  /** Signed, four bytes. */
  I32(32),
  /** Unsigned, four bytes. */
  U32(32),
  /** IEEE single precision. */
  F32(32),
  /** Two {@link #F32}. */
  C64(64),
  /** IEEE double precision. */
  F64(64),
  /** Signed, eight bytes. */
  I64(64),
  /** Unsigned, eight bytes. */
  U64(64);

  private final int bits;

  DType(int bits) {
    this.bits = bits;
  }

  /** {@return the size of one element, in bits} */
  public int bits() {
    return bits;
  }

  /** The fewest elements that fill whole bytes. */
  @Override
  public int blockElements() {
    return bits >= 8 ? 1 : bits == 4 ? 2 : 4;
  }

  @Override
  public int blockBytes() {
    return bits * blockElements() / 8;
  }

  static Optional<DType> of(String name) {
    return Arrays.stream(values()).filter(dtype -> dtype.name().equals(name)).findFirst();
  }
}
