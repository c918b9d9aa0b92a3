package io.modelsplitter.registry.http;

import io.modelsplitter.job.CredentialsKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens that each let the job of one task in: {@code task.TASK_ID.MAC}, where the MAC is
 * HMAC-SHA-256 (RFC 2104) of the id in URL-safe base64. Nothing is stored, so servers with the same
 * credentials key take each other's; they are valid until that key changes. Thread-safe.
 */
final class TaskTokens {
  private static final String PURPOSE = "model-splitter task token v1";
  private static final String HMAC = "HmacSHA256";
  private static final Pattern TOKEN =
      Pattern.compile("task\\.([A-Za-z0-9_-]{1,128})\\.([A-Za-z0-9_-]{43})");

  private final byte[] key;

  TaskTokens(CredentialsKey key) {
    this.key = key.derive(PURPOSE);
  }

  /** The token of a task. */
  String token(String taskId) {
    return "task." + taskId + "." + mac(taskId);
  }

  /** The task that this is the token of; none for any other text. */
  Optional<String> taskId(String token) {
    Matcher matcher = TOKEN.matcher(token);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    byte[] wanted = mac(matcher.group(1)).getBytes(StandardCharsets.US_ASCII);
    byte[] sent = matcher.group(2).getBytes(StandardCharsets.US_ASCII);
    return MessageDigest.isEqual(wanted, sent) ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private String mac(String taskId) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(mac.doFinal(taskId.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no " + HMAC, e);
    }
  }

  @Override
  public String toString() {
    return "TaskTokens[(secret)]";
  }
}
