package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A file of the jar that a browser gets. It may fetch only from this server, and asks again each
 * time whether the file has changed, so that a new server is never shown with old scripts.
 * Thread-safe.
 */
final class Asset {

  /** Only what this server has, nothing that stands within the page, and no text becomes markup. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
          + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private static final int TAG_BYTES = 16;

  private final byte[] content;
  private final String type;
  private final String tag;

  private Asset(byte[] content, String type) {
    this.content = content;
    this.type = type;
    this.tag = "\"" + HexFormat.of().formatHex(sha256(content), 0, TAG_BYTES) + "\"";
  }

  /**
   * Reads a file of this package.
   *
   * @param name where it lies, from this package on; its ending says what it is
   */
  static Asset read(String name) {
    try (InputStream in = Asset.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + name);
      }
      return new Asset(in.readAllBytes(), type(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String type(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html;charset=utf-8";
      case "css" -> "text/css;charset=utf-8";
      case "js" -> "text/javascript;charset=utf-8";
      case "svg" -> "image/svg+xml";
      case "json" -> "application/json";
      default -> throw new IllegalArgumentException("unknown type of file: " + name);
    };
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** Serves the file at a path. */
  void add(RoutesConfig routes, String path) {
    routes.get(path, this::answer);
    routes.head(path, this::answer);
  }

  /** Sends the file, or says that the browser has it. */
  void answer(Context ctx) {
    ctx.header("Content-Security-Policy", POLICY);
    ctx.header("X-Content-Type-Options", "nosniff");
    ctx.header("Referrer-Policy", "no-referrer");
    ctx.header("Cache-Control", "no-cache");
    ctx.header("ETag", tag);
    if (isAlreadyThere(ctx)) {
      ctx.status(304);
      return;
    }
    ctx.contentType(type).result(content);
  }

  private boolean isAlreadyThere(Context ctx) {
    String tags = ctx.header("If-None-Match");
    return tags != null && Arrays.asList(tags.split(" *, *")).contains(tag);
  }
}
