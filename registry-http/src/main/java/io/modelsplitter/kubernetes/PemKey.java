package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Private keys as kubeconfigs hold them. Java reads PKCS #8 (RFC 5208) alone; the older forms of
 * RSA (RFC 8017, kubeadm and kind) and elliptic curves (RFC 5915, k3s) are put into it.
 */
final class PemKey {
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final byte[] VERSION = {2, 1, 0};
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");
  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int OBJECT_ID = 0x06;
  private static final int PARAMETERS = 0xa0;

  private PemKey() {}

  /**
   * @param algorithm of the certificate that the key belongs to
   * @param name of the field, for messages
   */
  static PrivateKey read(byte[] pem, String algorithm, String name) {
    Matcher matcher = BLOCK.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    try {
      if (matcher.find()) {
        byte[] der = Base64.getMimeDecoder().decode(matcher.group(2));
        byte[] pkcs8 =
            switch (matcher.group(1)) {
              case "RSA PRIVATE KEY" -> sequence(VERSION, RSA, value(OCTETS, der));
              case "EC PRIVATE KEY" ->
                  sequence(VERSION, sequence(EC, curve(der)), value(OCTETS, der));
              default -> der;
            };
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      }
    } catch (GeneralSecurityException
        | IllegalArgumentException
        | IndexOutOfBoundsException
        | ArithmeticException e) {
      throw unusable(name); // without a cause, which may hold some of the key
    }
    throw unusable(name);
  }

  private static BadInputException unusable(String name) {
    return new BadInputException(
        name
            + " holds no private key in PEM form, without a passphrase, that fits the certificate");
  }

  /** The object identifier of the curve, which an {@code ECPrivateKey} holds after the key. */
  private static byte[] curve(byte[] der) {
    int at = content(der, 0);
    at = end(der, at); // the version
    at = end(der, at); // the key
    if ((der[at] & 0xff) != PARAMETERS) {
      throw new IllegalArgumentException("no curve");
    }
    int from = content(der, at);
    if (der[from] != OBJECT_ID) {
      throw new IllegalArgumentException("no named curve");
    }
    int to = end(der, from);
    if (to > der.length) { // the copy would be as large as a stranger says
      throw new IllegalArgumentException("a curve that is longer than the key");
    }
    return Arrays.copyOfRange(der, from, to);
  }

  private static int content(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
  }

  private static int end(byte[] der, int at) {
    int content = content(der, at);
    int length = der[at + 1] & 0xff;
    if (length >= 0x80) {
      length = 0;
      for (int i = at + 2; i < content; i++) {
        length = Math.addExact(Math.multiplyExact(length, 256), der[i] & 0xff);
      }
    }
    return Math.addExact(content, length);
  }

  private static byte[] sequence(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return value(SEQUENCE, all.toByteArray());
  }

  private static byte[] value(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      out.write(0x82); // two bytes; no key is longer
      out.write(content.length >> 8);
      out.write(content.length);
    }
    out.writeBytes(content);
    return out.toByteArray();
  }
}
