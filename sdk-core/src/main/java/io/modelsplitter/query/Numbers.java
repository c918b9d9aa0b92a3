package io.modelsplitter.query;

/**
 * MongoDB's arithmetic: a double makes a double, two 32-bit integers may become one of 64 bits, and
 * beyond 64 bits is an error.
 */
final class Numbers {

  private Numbers() {}

  static Number add(Number a, Number b) {
    if (a instanceof Double || b instanceof Double) {
      return a.doubleValue() + b.doubleValue();
    }
    return Math.addExact(a.longValue(), b.longValue());
  }

  static Number multiply(Number a, Number b) {
    if (a instanceof Double || b instanceof Double) {
      return a.doubleValue() * b.doubleValue();
    }
    return Math.multiplyExact(a.longValue(), b.longValue());
  }

  static Number zeroLike(Number number) {
    return number instanceof Double ? (Number) 0.0 : (Number) 0;
  }
}
