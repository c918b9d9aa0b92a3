package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.json.Json;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as it is served, to a server that asks for tokens; {@code .ci/browser} looks at it. */
class PageTest {
  /** What the page and its parts name in it: {@code src="…"}, {@code href="…"}, imports. */
  private static final Pattern NAMED =
      Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"|from '\\./([^']+)'");

  private static final List<String> PARSERS =
      List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "svg", "image/svg+xml");

  @TempDir Path folder;

  private EmbeddedRegistry registry;
  private RegistryServer server;

  @BeforeEach
  void start() throws IOException {
    registry = EmbeddedRegistry.inMemory();
    Path tokens = Files.writeString(folder.resolve("tokens"), "read " + "0".repeat(64) + "\n");
    server =
        RegistryServer.builder()
            .registries(registry)
            .access(new Access(new TokenFile(tokens), null))
            .start();
  }

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private HttpResponse<String> get(String path, String... headers) {
    return HttpRequests.send(server, "GET", path, "", headers);
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  /** The page and whatever it loads, by path, without a token. */
  private Map<String, HttpResponse<String>> page() throws Exception {
    Map<String, HttpResponse<String>> found = new TreeMap<>();
    Deque<String> next = new ArrayDeque<>(List.of("/"));
    while (!next.isEmpty()) {
      String path = next.remove();
      if (found.containsKey(path)) {
        continue;
      }
      HttpResponse<String> answer = get(path);
      assertEquals(200, answer.statusCode(), path);
      found.put(path, answer);
      Matcher named = NAMED.matcher(answer.body());
      while (named.find()) {
        next.add(named.group(1) == null ? "/page/" + named.group(2) : "/" + named.group(1));
      }
    }
    return found;
  }

  @Test
  void page_loadsEveryPartAndNoOtherWithoutAToken() throws Exception {
    Map<String, HttpResponse<String>> page = page();
    assertEquals(new TreeSet<>(PageRoutes.PATHS), page.keySet());
    page.forEach(
        (path, answer) -> {
          String ending = path.equals("/") ? "html" : path.substring(path.lastIndexOf('.') + 1);
          assertEquals(TYPES.get(ending), header(answer, "Content-Type"), path);
        });
  }

  @Test
  void page_isLockedUp() throws Exception {
    page()
        .forEach(
            (path, answer) -> {
              String policy = header(answer, "Content-Security-Policy");
              assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
              assertTrue(policy.contains("; frame-ancestors 'none'"), policy);
              assertTrue(policy.contains("; require-trusted-types-for 'script'"), policy);
              assertFalse(policy.contains("unsafe"), policy);
              assertEquals("nosniff", header(answer, "X-Content-Type-Options"), path);
              assertEquals("no-referrer", header(answer, "Referrer-Policy"), path);
            });
  }

  @Test
  void page_fetchesNothingFromElsewhereAndParsesNoMarkup() throws Exception {
    page()
        .forEach(
            (path, answer) -> {
              String body = answer.body().replace("http://www.w3.org/2000/svg", ""); // a name
              for (String elsewhere : List.of("://", "\"//", "'//", "@import", "url(")) {
                assertFalse(body.contains(elsewhere), path + ": " + elsewhere);
              }
              for (String parser : PARSERS) {
                assertFalse(body.contains(parser), path + ": " + parser);
              }
            });
    String html = get("/").body();
    assertFalse(html.matches("(?s).*\\s(on[a-z]+|style)=.*"), html);
    for (String needed : List.of("lang=\"en\"", "class=\"skip\"", "<noscript>", "<main")) {
      assertTrue(html.contains(needed), needed);
    }
  }

  @Test
  void head_answersTheHeadersOfGet() throws Exception {
    for (String path : List.of("/", "/page/page.js", "/docs")) {
      HttpResponse<String> head = HttpRequests.send(server, "HEAD", path, "");
      HttpResponse<String> get = get(path);
      assertEquals("", head.body());
      for (String name : List.of("Content-Type", "Content-Security-Policy", "ETag")) {
        assertEquals(header(get, name), header(head, name), path);
      }
    }
  }

  @Test
  void data_needsAToken() throws Exception {
    assertEquals(401, get("/tasks").statusCode());
    assertEquals(401, get("/page/other.js").statusCode());
    assertEquals(401, get("/page/").statusCode());
  }

  @Test
  void part_thatIsUnchanged_isNotSentAgain() throws Exception {
    HttpResponse<String> first = get("/page/page.js");
    assertEquals("no-cache", header(first, "Cache-Control"));
    String tag = header(first, "ETag");
    HttpResponse<String> again = get("/page/page.js", "If-None-Match", "\"old\", " + tag);
    assertEquals(304, again.statusCode());
    assertEquals("", again.body());
    assertEquals(tag, header(again, "ETag"));
    assertEquals(200, get("/page/page.css", "If-None-Match", tag).statusCode());
  }

  @Test
  void whatIsNoPart_isAnsweredAsJson() throws Exception {
    server.close();
    server = RegistryServer.start(registry);
    for (String path : List.of("/page/other.js", "/page/..%2fopenapi.json", "/nothing")) {
      HttpResponse<String> answer = get(path);
      assertTrue(answer.statusCode() >= 400 && answer.statusCode() < 500, path);
      assertEquals("application/json", header(answer, "Content-Type"), path);
      assertEquals(false, Json.parseObject(path, answer.body()).get("success"));
    }
  }
}
