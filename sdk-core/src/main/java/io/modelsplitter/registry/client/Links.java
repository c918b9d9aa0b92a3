package io.modelsplitter.registry.client;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.Response;

/** The cursor in a {@code Link: <…?after=…>; rel="next"} header (RFC 8288). */
final class Links {
  private static final Pattern NEXT = Pattern.compile("<([^<>]+)>\\s*;\\s*rel=\"?next\"?");

  private Links() {}

  static Optional<String> next(Response response) {
    for (String header : response.headers("Link")) {
      Matcher matcher = NEXT.matcher(header);
      if (matcher.find()) {
        HttpUrl url = response.request().url().resolve(matcher.group(1));
        return Optional.ofNullable(url).map(link -> link.queryParameter("after"));
      }
    }
    return Optional.empty();
  }
}
