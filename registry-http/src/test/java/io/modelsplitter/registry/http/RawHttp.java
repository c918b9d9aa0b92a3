package io.modelsplitter.registry.http;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Requests byte for byte, as no decent client sends them. */
final class RawHttp {
  private static final Pattern ID = Pattern.compile("(?im)^X-Request-Id: (.*?)\r?$");

  private RawHttp() {}

  /** An answer as it came. */
  record Answer(String text) {
    int status() {
      return Integer.parseInt(text.split(" ", 3)[1]);
    }

    /** The id of the request; empty where the answer has none. */
    String id() {
      Matcher matcher = ID.matcher(text);
      return matcher.find() ? matcher.group(1) : "";
    }
  }

  /** Sends these lines and an empty one, and takes everything until the connection ends. */
  static Answer send(RegistryServer server, String... lines) throws IOException {
    try (RawConnection connection = RawConnection.to(server.url())) {
      return new Answer(connection.send(String.join("\r\n", lines) + "\r\n\r\n").rest());
    }
  }
}
