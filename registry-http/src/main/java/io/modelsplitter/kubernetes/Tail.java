package io.modelsplitter.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The last bytes of a text, in as much memory. */
final class Tail {
  private Tail() {}

  static String of(InputStream in, int maxBytes) throws IOException {
    byte[] chunk = new byte[8_192];
    byte[] kept = new byte[0];
    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
      byte[] both = Arrays.copyOf(kept, kept.length + n);
      System.arraycopy(chunk, 0, both, kept.length, n);
      kept =
          both.length <= 2L * Math.max(maxBytes, chunk.length) // so that it is not moved each time
              ? both
              : Arrays.copyOfRange(both, both.length - maxBytes, both.length);
    }
    int from = Math.max(0, kept.length - maxBytes);
    while (from > 0 && from < kept.length && (kept[from] & 0xc0) == 0x80) {
      from++; // the rest of a character that was cut
    }
    return new String(kept, from, kept.length - from, StandardCharsets.UTF_8);
  }
}
