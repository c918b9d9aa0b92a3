package io.modelsplitter.kubernetes;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;

/** What the objects of a task are called, and how they are found again. */
final class JobNames {
  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String OWNER = "model-splitter";
  static final String TASK = "model-splitter.io/task-id";
  static final String NAME = "app.kubernetes.io/name";
  static final String SPLIT_JOB = "model-split-job";

  /** Every split job of ours. */
  static final String SELECTOR = MANAGED_BY + "=" + OWNER + "," + NAME + "=" + SPLIT_JOB;

  /** A DNS-1123 label that leaves room for the prefix. */
  private static final Pattern DNS = Pattern.compile("[a-z0-9]([-a-z0-9]{0,55}[a-z0-9])?");

  private static final Pattern LABEL =
      Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

  private JobNames() {}

  /**
   * The name of every object of a task. An id that is no name is hashed, under a prefix of its own,
   * so that no other id gives the same name.
   */
  static String of(String taskId) {
    return DNS.matcher(taskId).matches() ? "split-" + taskId : hashed(taskId);
  }

  /** The labels of every object of a task; the whole id is in the annotation {@link #TASK}. */
  static Map<String, String> labels(String taskId) {
    String label = LABEL.matcher(taskId).matches() ? taskId : hashed(taskId);
    return Map.of(MANAGED_BY, OWNER, NAME, SPLIT_JOB, TASK, label);
  }

  /** What selects the objects of one task. */
  static String selector(String taskId) {
    return SELECTOR + "," + TASK + "=" + labels(taskId).get(TASK);
  }

  private static String hashed(String taskId) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(taskId.getBytes(StandardCharsets.UTF_8));
      return "splith-" + HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }
}
