package io.modelsplitter.file;

import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What a server says of the content that it sends whole. */
final class ServerDigests {
  /** {@code Repr-Digest: sha-256=:BASE64:} (RFC 9530), and {@code Digest: SHA-256=BASE64}. */
  private static final Pattern SHA256 =
      Pattern.compile("(?i)(?:^|[,\\s])sha-256=:?([A-Za-z0-9+/]{43}=)");

  private static final Pattern MD5 = Pattern.compile("[A-Za-z0-9+/]{22}==");

  private ServerDigests() {}

  /** The digests in hex, by their algorithms. */
  static Map<String, String> of(Response response) {
    Map<String, String> digests = new LinkedHashMap<>();
    for (String name : new String[] {"Repr-Digest", "Digest"}) {
      Matcher matcher = SHA256.matcher(String.valueOf(response.header(name, "")));
      if (matcher.find()) {
        digests.put("SHA-256", hex(matcher.group(1)));
      }
    }
    String md5 = response.header("Content-MD5");
    if (md5 != null && MD5.matcher(md5).matches()) {
      digests.put("MD5", hex(md5));
    }
    return digests;
  }

  private static String hex(String base64) {
    return HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
  }

  /** {@code Content-Length}, or -1. */
  static long length(Response response) {
    return number(response.header("Content-Length"));
  }

  static long number(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
  }
}
