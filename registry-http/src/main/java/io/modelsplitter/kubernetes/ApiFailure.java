package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an API server answered instead of what it was asked for; status 0 when it said nothing. */
final class ApiFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final boolean passing;

  private ApiFailure(int status, boolean passing, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
    this.passing = passing;
  }

  /** The server was not reached, or its answer broke off. */
  static ApiFailure unreachable(String server, Throwable cause) {
    return unreachable(server, cause, Secrets.NONE);
  }

  /** As {@link #unreachable(String, Throwable)}, of a server that may repeat these. */
  static ApiFailure unreachable(String server, Throwable cause, Secrets secrets) {
    String message = secrets.hide(String.valueOf(cause.getMessage()));
    String shown =
        message.equals(cause.getMessage())
            ? Problems.describe(cause)
            : Problems.oneLine(cause.getClass().getSimpleName() + ": " + message);
    return new ApiFailure(0, true, "cannot reach the cluster at " + server + ": " + shown, cause);
  }

  /** The server's {@code Status} object, or whatever a proxy sent in its place. */
  static ApiFailure of(String server, int status, Map<String, Object> answer) {
    return of(server, status, answer, Secrets.NONE);
  }

  /** As {@link #of(String, int, Map)}, of a server that may repeat these. */
  static ApiFailure of(String server, int status, Map<String, Object> answer, Secrets secrets) {
    if (status >= 300 && status < 400) {
      return new ApiFailure(
          status,
          false,
          "the cluster at " + server + " answers with a redirect; none is followed",
          null);
    }
    String message = Fields.text(answer, "message");
    return new ApiFailure(
        status,
        Fields.objects(answer, "details", "causes").stream()
            .anyMatch(it -> "NamespaceTerminating".equals(Fields.text(it, "reason"))),
        message == null
            ? "the cluster at " + server + " answered " + status
            : secrets.oneLine(message) + causes(answer, secrets),
        null);
  }

  /** The fields that are wrong, where the message does not hold them already. */
  private static String causes(Map<String, Object> answer, Secrets secrets) {
    String message = String.valueOf(Fields.text(answer, "message"));
    List<String> causes = new ArrayList<>();
    for (Map<String, Object> cause : Fields.objects(answer, "details", "causes")) {
      String text = Fields.text(cause, "message");
      if (text != null && !message.contains(text)) {
        causes.add(Fields.text(cause, "field") + ": " + text);
      }
    }
    return causes.isEmpty() ? "" : " " + secrets.oneLine("(" + String.join("; ", causes) + ")");
  }

  int status() {
    return status;
  }

  /**
   * Whether it is refused for what soon is otherwise, though the status says that it may not be.
   */
  boolean isPassing() {
    return passing;
  }

  /** The object as it is would be refused again. */
  boolean isBadInput() {
    return status == 400 || status == 413 || status == 422;
  }

  /** Reads the answer of a failed call; what is no JSON is none of the server's. */
  static Map<String, Object> read(byte[] body) {
    try {
      return Json.parseObject("the answer", body);
    } catch (BadInputException e) {
      return Map.of();
    }
  }
}
