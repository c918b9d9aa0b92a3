package io.modelsplitter.query;

/** What is left of the second that the regular expressions of one query may take together. */
final class RegexTime {
  private long left = 1_000_000_000L;

  long left() {
    return left;
  }

  void took(long nanos) {
    left -= nanos;
  }
}
