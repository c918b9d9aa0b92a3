package io.modelsplitter.storage;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** S3 refused a request that was not the client library's. */
final class S3CodeException extends IOException {
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,100})</Code>");
  private static final Pattern TEXT = Pattern.compile("<Message>([^<]{1,500})</Message>");

  private final String code;

  private S3CodeException(String code, String message) {
    super(message);
    this.code = code;
  }

  /**
   * Reads the answer.
   *
   * @param body XML, or whatever a proxy sends
   */
  static S3CodeException of(int status, String body) {
    Matcher code = CODE.matcher(body);
    Matcher text = TEXT.matcher(body);
    return new S3CodeException(
        code.find() ? code.group(1) : "HTTP " + status, text.find() ? text.group(1) : "no reason");
  }

  String code() {
    return code;
  }
}
