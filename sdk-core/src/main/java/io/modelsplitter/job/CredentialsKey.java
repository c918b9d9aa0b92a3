package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.SealedCredentials;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A 256-bit key that seals the credentials of clusters with AES-GCM (NIST SP 800-38D): a random
 * nonce of 12 bytes, then the text with a tag of 16. A split runner's id is sealed in with its
 * credentials, so that they open for no other one. Immutable and thread-safe; never shows the key.
 */
public final class CredentialsKey {
  private static final String FILE_NAME = "credentials.key";

  static final int BYTES = 32;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final String VERSION = "v1.";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKey key;

  /** The bytes are copied. */
  CredentialsKey(byte[] key) {
    this.key = new SecretKeySpec(key, "AES");
  }

  /** {@return a new key, which is gone with this object and all that was sealed with it} */
  public static CredentialsKey random() {
    return new CredentialsKey(randomBytes(BYTES));
  }

  /**
   * The key in a file: 32 bytes as 64 hex digits or in base64, with white space around them.
   *
   * @param file readable by this process, and best by nobody else
   * @return the key
   * @throws BadInputException when there is no such file, or it holds something else
   */
  public static CredentialsKey fromFile(Path file) {
    return new CredentialsKey(CredentialsKeyFile.read(file));
  }

  /**
   * {@return the key in the file {@code credentials.key} of this folder, which is made when it is
   * not there, for its owner's eyes only} Who loses it cannot open what was sealed with it.
   *
   * @param folder where the file is, or is to be
   * @throws BadInputException when the file cannot be read or made, or holds something else
   */
  public static CredentialsKey inFolder(Path folder) {
    Path file = folder.resolve(FILE_NAME);
    CredentialsKeyFile.makeIfMissing(file);
    return fromFile(file);
  }

  /**
   * Seals a cluster's config for the split runner with this id.
   *
   * @param runnerId the id of the split runner
   * @param clusterK8sConfig a kubeconfig as JSON objects go
   * @return the sealed config, which only this key opens, and for this id only
   */
  public SealedCredentials seal(String runnerId, Map<String, Object> clusterK8sConfig) {
    byte[] nonce = randomBytes(NONCE_BYTES);
    byte[] text = Json.writeBytes(clusterK8sConfig);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, runnerId).doFinal(text);
      byte[] all = ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
      return new SealedCredentials(
          VERSION + Base64.getUrlEncoder().withoutPadding().encodeToString(all));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot encrypt with AES-GCM", e);
    }
  }

  /**
   * {@return the config that was sealed for the split runner with this id}
   *
   * @param runnerId the id of the split runner
   * @param sealed what {@link #seal} answered
   * @throws UnavailableException when it was sealed with another key or for another id, or was
   *     changed since
   */
  public Map<String, Object> open(String runnerId, SealedCredentials sealed) {
    try {
      byte[] all = Base64.getUrlDecoder().decode(sealed.text().substring(VERSION.length()));
      if (all.length < NONCE_BYTES + TAG_BITS / 8) {
        throw cannotOpen(runnerId);
      }
      byte[] nonce = new byte[NONCE_BYTES];
      ByteBuffer rest = ByteBuffer.wrap(all).get(nonce);
      byte[] text = new byte[rest.remaining()];
      rest.get(text);
      return Json.parseObject(
          "cluster_k8s_config", cipher(Cipher.DECRYPT_MODE, nonce, runnerId).doFinal(text));
    } catch (AEADBadTagException | IllegalArgumentException e) { // the latter is not base64
      throw cannotOpen(runnerId);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java cannot decrypt with AES-GCM", e);
    }
  }

  /**
   * {@return a key of 32 bytes for another purpose, from which this one cannot be found:
   * HMAC-SHA-256 of the purpose, as the expansion of HKDF (RFC 5869) has it} The same purpose gives
   * the same key.
   *
   * @param purpose any text that no other purpose has
   */
  public byte[] derive(String purpose) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getEncoded(), "HmacSHA256"));
      mac.update(purpose.getBytes(StandardCharsets.UTF_8));
      return mac.doFinal(new byte[] {1});
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String runnerId) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(runnerId.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  private static UnavailableException cannotOpen(String runnerId) {
    return new UnavailableException(
        "the credentials of split runner "
            + Json.show(runnerId)
            + " cannot be opened: the server has another credentials key than the one they were"
            + " sealed with, or they were changed",
        null);
  }

  static byte[] randomBytes(int count) {
    byte[] bytes = new byte[count];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  @Override
  public String toString() {
    return "CredentialsKey[(secret)]";
  }
}
