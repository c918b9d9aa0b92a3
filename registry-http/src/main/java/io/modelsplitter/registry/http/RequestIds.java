package io.modelsplitter.registry.http;

import jakarta.servlet.http.HttpServletResponse;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Each request has an id, which is in its answer, in the access log, and in what is logged of its
 * failure: the client's {@code X-Request-Id} where that is 1 to 128 characters of {@code
 * [A-Za-z0-9._-]}, else one that is made here.
 */
final class RequestIds implements HttpConfiguration.Customizer {
  static final String HEADER = "X-Request-Id";

  private static final String ATTRIBUTE = RequestIds.class.getName();
  private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  /** Before anything that can fail, so that each answer has it. */
  @Override
  public Request customize(Request request, HttpFields.Mutable answer) {
    answer.put(HEADER, of(request));
    return request;
  }

  /** The id of this request, the same whenever it is asked for. */
  static String of(Request request) {
    if (request.getAttribute(ATTRIBUTE) instanceof String known) {
      return known;
    }
    String sent = request.getHeaders().get(HEADER);
    String id = sent != null && SANE.matcher(sent).matches() ? sent : made();
    request.setAttribute(ATTRIBUTE, id);
    return id;
  }

  /** The id of the request that this answers. */
  static String of(HttpServletResponse response) {
    String id = response.getHeader(HEADER);
    return id == null ? made() : id;
  }

  /** Nobody need be unable to guess it, and a secure one is a bottleneck of all threads. */
  private static String made() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }
}
