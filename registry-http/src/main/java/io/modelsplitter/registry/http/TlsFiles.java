package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * A certificate and its key in PEM files (RFC 7468): the server's certificate first, then those
 * that vouch for it; the key as an unencrypted {@code PRIVATE KEY} (PKCS #8).
 */
final class TlsFiles {
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

  private TlsFiles() {}

  /**
   * What serves with them.
   *
   * @throws BadInputException names the file that cannot be used
   */
  static SslContextFactory.Server read(Path certificates, Path key) {
    try {
      char[] password = new char[0]; // the store never leaves this process
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, password);
      store.setKeyEntry("server", key(key), password, certificates(certificates));
      SslContextFactory.Server tls = new SslContextFactory.Server();
      tls.setKeyStore(store);
      tls.setKeyStorePassword("");
      return tls;
    } catch (GeneralSecurityException | IOException e) {
      throw new BadInputException("--tls-cert and --tls-key cannot be used: " + e.getMessage(), e);
    }
  }

  private static Certificate[] certificates(Path file) {
    try {
      Certificate[] chain =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes("--tls-cert", file)))
              .toArray(new Certificate[0]);
      if (chain.length > 0) {
        return chain;
      }
    } catch (GeneralSecurityException e) {
      throw new BadInputException("--tls-cert " + file + " holds no certificates in PEM", e);
    }
    throw new BadInputException("--tls-cert " + file + " holds no certificates in PEM");
  }

  private static PrivateKey key(Path file) throws GeneralSecurityException {
    String text = new String(bytes("--tls-key", file), StandardCharsets.ISO_8859_1);
    Matcher matcher = KEY.matcher(text);
    if (matcher.find()) {
      byte[] der = Base64.getMimeDecoder().decode(matcher.group(1));
      for (String algorithm : ALGORITHMS) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (InvalidKeySpecException e) {
          // it is of another kind
        }
      }
    }
    throw new BadInputException(
        "--tls-key "
            + file
            + " holds no PRIVATE KEY in PEM; `openssl pkcs8 -topk8 -nocrypt` makes one of others");
  }

  private static byte[] bytes(String option, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new BadInputException(option + " " + file + " cannot be read", e);
    }
  }
}
