package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Whom to trust, and as whom to come. Names are of the fields that the data came from: no message
 * holds any of it.
 */
record Tls(X509TrustManager trust, List<KeyManager> keys) {

  /** The system's authorities. */
  static Tls standard() {
    return new Tls(trustManager(null, "the system's authorities"), List.of());
  }

  /** These authorities alone. */
  static Tls trusting(byte[] pem, String name) {
    try {
      KeyStore store = emptyStore();
      int count = 0;
      for (Certificate authority : certificates(pem, name)) {
        store.setCertificateEntry("authority-" + count++, authority);
      }
      return new Tls(trustManager(store, name), List.of());
    } catch (GeneralSecurityException | IOException e) {
      throw unusable(name);
    }
  }

  /** As the holder of a certificate and its key. */
  Tls as(byte[] certificatePem, byte[] keyPem, String certificateName, String keyName) {
    Certificate[] chain = certificates(certificatePem, certificateName).toArray(new Certificate[0]);
    PrivateKey key = PemKey.read(keyPem, chain[0].getPublicKey().getAlgorithm(), keyName);
    try {
      KeyStore store = emptyStore();
      store.setKeyEntry("client", key, new char[0], chain);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, new char[0]);
      return new Tls(trust, List.of(factory.getKeyManagers()));
    } catch (GeneralSecurityException | IOException e) {
      throw unusable(certificateName);
    }
  }

  void applyTo(OkHttpClient.Builder http) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.toArray(new KeyManager[0]), new X509TrustManager[] {trust}, null);
      http.sslSocketFactory(context.getSocketFactory(), trust);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e); // every Java has TLS
    }
  }

  private static Collection<? extends Certificate> certificates(byte[] pem, String name) {
    try {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (GeneralSecurityException e) {
      throw unusable(name);
    }
    throw unusable(name);
  }

  private static X509TrustManager trustManager(@Nullable KeyStore store, String name) {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException e) {
      throw unusable(name);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  /** Without a cause: what a parser says may hold what it read. */
  private static BadInputException unusable(String name) {
    return new BadInputException(name + " holds no certificate in PEM form");
  }

  @Override
  public String toString() {
    return "Tls";
  }
}
