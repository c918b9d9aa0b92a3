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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks on the wire: bare objects and lists, and failures as {@code {"message": …}}. */
class BlockWireTest {
  private static final Pattern LINK = Pattern.compile("<(.*)>; rel=\"next\"");

  private final EmbeddedRegistry embedded = EmbeddedRegistry.inMemory();
  private RegistryServer server = RegistryServer.builder().blocks(embedded.blocks()).start();

  @AfterEach
  void stop() {
    server.close();
    embedded.close();
  }

  private HttpResponse<String> send(String method, String path, String body, String... headers) {
    return HttpRequests.send(server, method, path, body, headers);
  }

  private static String block(String id, int number) {
    return """
        {"id": "%s", "componentUri": "c", "blockInitData": {"layerHash": "h%d", "": {"a.b": 1}},
         "number": %d, "more": [null, 1.0]}
        """
        .formatted(id, number, number);
  }

  private void create(int count) {
    for (int i = 0; i < count; i++) {
      assertEquals(201, send("POST", "/blocks", block("b" + i, i)).statusCode());
    }
  }

  private static String ids(HttpResponse<String> response) {
    assertEquals(200, response.statusCode(), response::body);
    assertEquals(Optional.of("application/json"), response.headers().firstValue("Content-Type"));
    List<String> ids = new ArrayList<>();
    if (Json.parse("answer", response.body()) instanceof List<?> blocks) {
      blocks.forEach(block -> ids.add(String.valueOf(((Map<?, ?>) block).get("id"))));
    } else {
      throw new AssertionError("not a list: " + response.body());
    }
    return String.join(",", ids);
  }

  @Test
  void block_throughItsLife() {
    HttpResponse<String> created = send("POST", "/blocks", block("b1", 1));
    assertEquals(201, created.statusCode());
    assertEquals(
        "{\"id\":\"b1\",\"componentUri\":\"c\",\"blockInitData\":{\"layerHash\":\"h1\","
            + "\"\":{\"a.b\":1}},\"number\":1,\"more\":[null,1.0]}",
        created.body());
    assertEquals(Optional.of("\"1\""), created.headers().firstValue("ETag"));
    assertTrue(created.headers().firstValue("Last-Modified").isPresent());

    HttpResponse<String> again = send("POST", "/blocks", block("b1", 1));
    assertEquals(409, again.statusCode());
    Map<String, Object> conflict = Json.parseObject("answer", again.body());
    assertEquals(Set.of("message", "data"), conflict.keySet());
    assertEquals(Json.parseObject("block", block("b1", 1)), conflict.get("data"));

    HttpResponse<String> got = send("GET", "/blocks/b1", "");
    assertEquals(200, got.statusCode());
    assertEquals(created.body(), got.body());
    assertEquals(200, send("HEAD", "/blocks/b1", "").statusCode());

    String change = "{\"$set\": {\"number\": 2}, \"$unset\": {\"more\": \"\"}}";
    HttpResponse<String> updated = send("PUT", "/blocks/b1", change, "If-Match", "\"1\"");
    assertEquals(200, updated.statusCode());
    assertEquals(
        "{\"id\":\"b1\",\"componentUri\":\"c\",\"blockInitData\":{\"layerHash\":\"h1\","
            + "\"\":{\"a.b\":1}},\"number\":2}",
        updated.body());
    assertEquals(Optional.of("\"2\""), updated.headers().firstValue("ETag"));
    assertEquals(412, send("PUT", "/blocks/b1", change, "If-Match", "\"1\"").statusCode());

    HttpResponse<String> deleted = send("DELETE", "/blocks/b1", "");
    assertEquals(200, deleted.statusCode());
    assertEquals("{\"message\":\"Block deleted\"}", deleted.body());
    assertEquals(404, send("GET", "/blocks/b1", "").statusCode());
    assertEquals("[]", send("GET", "/blocks", "").body());
    assertEquals("[]", send("POST", "/blocks/query", "{}").body());
  }

  @Test
  void list_withALimit_linksToTheRest() {
    create(5);
    assertEquals("b0,b1,b2,b3,b4", ids(send("GET", "/blocks", "")));
    assertEquals(200, send("HEAD", "/blocks", "").statusCode());
    List<String> pages = new ArrayList<>();
    String path = "/blocks?limit=2";
    while (!path.isEmpty()) {
      HttpResponse<String> page = send("GET", path, "");
      pages.add(ids(page));
      Matcher link = LINK.matcher(page.headers().firstValue("Link").orElse(""));
      path = link.matches() ? link.group(1) : "";
    }
    assertEquals(List.of("b0,b1", "b2,b3", "b4"), pages);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"query\": {\"componentUri\": \"c\", \"blockInitData.layerHash\": \"h1\"}} | b1",
        "{\"componentUri\": \"c\", \"blockInitData.layerHash\": \"h1\"} | b1",
        "{\"query\": {}} | b0,b1,b2,b3,b4",
        "{\"query\": {}, \"options\": null} | b0,b1,b2,b3,b4",
        "{\"query\": {}, \"options\": {\"limit\": 2}} | b0,b1",
        "{\"query\": {}, \"options\": {\"limit\": 0, \"skip\": 3}} | b3,b4",
        "{\"query\": {}, \"options\": {\"sort\": {\"number\": -1}, \"limit\": 2, \"skip\": 1}} | b3,b2",
        "{\"query\": {}, \"options\": {\"limit\": 2000000000, \"skip\": 2}} | b2,b3,b4",
        "{\"query\": {}, \"options\": {\"skip\": 9}} | ~~",
        "{\"query\": {\"number\": {\"$gte\": 2}}, \"options\": {\"sort\": {\"x\": 1.0, \"id\": -1}}} | b4,b3,b2",
        "{\"options\": {\"limit\": 2}} | ~~", // the filter itself, and no block has options
      })
  void query_wrappedOrNot_isAnswered(String body, String expected) {
    create(5);
    assertEquals(expected == null ? "" : expected, ids(send("POST", "/blocks/query", body)));
  }

  @Test
  void query_withOptionsInTheQueryString_linksAndExplains() {
    create(3);
    String body = "{\"query\": {\"componentUri\": \"c\"}}";
    HttpResponse<String> first = send("POST", "/blocks/query?limit=2&sort=-number", body);
    assertEquals("b2,b1", ids(first));
    Matcher link = LINK.matcher(first.headers().firstValue("Link").orElse(""));
    assertTrue(link.matches());
    assertEquals("b0", ids(send("POST", link.group(1), body)));
    String plan = send("POST", "/blocks/query/?explain=true", body).body();
    assertTrue(plan.contains("index"), plan);
    assertFalse(plan.contains("\"success\""), plan);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "POST   | /blocks       | {           | 400 | not valid JSON",
        "POST   | /blocks       | [1]         | 400 | JSON object",
        "POST   | /blocks       | {}          | 400 | id is missing",
        "POST   | /blocks       | {\"id\":7}  | 400 | id must be",
        "POST   | /blocks       | {\"id\":\"..\"} | 400 | id must be",
        "POST   | /blocks       | {\"id\":\"x\",\"$y\":1} | 400 | $y",
        "PUT    | /blocks/b     | {\"a\":1}   | 400 | operators only",
        "PUT    | /blocks/b     | {\"$bit\":{\"a\":1}} | 400 | $bit",
        "PUT    | /blocks/b     | {\"$set\":{\"a\":1}} | 404 | no block",
        "POST   | /blocks/query | {\"$where\":\"1\"} | 400 | $where",
        "POST   | /blocks/query | {\"query\":{\"$where\":\"1\"}} | 400 | $where",
        "POST   | /blocks/query | {\"query\":[]} | 400 | query must be an object",
        "POST   | /blocks/query | {\"query\":{},\"limit\":1} | 400 | limit",
        "POST   | /blocks/query | {\"query\":{},\"options\":{\"colour\":1}} | 400 | colour",
        "POST   | /blocks/query | {\"query\":{},\"options\":{\"limit\":-1}} | 400 | options.limit",
        "POST   | /blocks/query | {\"query\":{},\"options\":{\"skip\":1.5}} | 400 | options.skip",
        "POST   | /blocks/query | {\"query\":{},\"options\":{\"sort\":{\"a\":2}}} | 400 | options.sort",
        "POST   | /blocks/query | {\"query\":{},\"options\":{\"sort\":{\"$a\":1}}} | 400 | $a",
        "POST   | /blocks/query?limit=1 | {\"query\":{},\"options\":{\"skip\":1}} | 400 | skip",
        "POST   | /blocks/query?colour=1 | {}  | 400 | colour",
        "GET    | /blocks?limit=0 | ~~        | 400 | limit",
        "GET    | /blocks?after=x | ~~        | 400 | cursor",
        "GET    | /blocks?colour=1 | ~~       | 400 | colour",
        "GET    | /blocks/none  | ~~          | 404 | none",
        "GET    | /blocks/a%20b | ~~          | 404 | a b",
        "DELETE | /blocks/none  | ~~          | 404 | none",
        "GET    | /blocks/a/b   | ~~          | 404 | endpoint",
        "PATCH  | /blocks/b     | {}          | 405 | method",
        "PUT    | /blocks       | {}          | 405 | method",
      })
  void badRequest_isAMessage(String method, String path, String body, String status, String part) {
    HttpResponse<String> response = send(method, path, body == null ? "" : body);
    assertEquals(status, String.valueOf(response.statusCode()), response::body);
    Map<String, Object> json = Json.parseObject("answer", response.body());
    assertEquals(Set.of("message"), json.keySet(), response::body);
    String message = String.valueOf(json.get("message"));
    assertTrue(message.contains(part), message);
    assertFalse(message.contains("Exception"), message);
  }

  @Test
  void url_thatCannotBeRead_isAMessageToo() {
    HttpResponse<String> response = send("GET", "/blocks/%00", "");
    assertEquals(400, response.statusCode());
    Map<String, Object> json = Json.parseObject("answer", response.body());
    assertEquals(json.get("error"), json.get("message"));
    assertEquals("Bad Request", json.get("message"));
  }

  @Test
  void contentType_thatIsNotJson_is415() {
    String[] plain = {"Content-Type", "text/plain"};
    assertEquals(415, send("POST", "/blocks", block("b", 1), plain).statusCode());
    String[] charset = {"Content-Type", "application/json; charset=utf-8"};
    assertEquals(201, send("POST", "/blocks/", block("b", 1), charset).statusCode());
  }

  @Test
  void tokens_aReaderMayQueryAndNoMore(@TempDir Path folder) throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens"), TokenLines.of("read", "reader"));
    String[] reader = HttpRequests.bearer("reader");
    server.close();
    server =
        RegistryServer.builder()
            .access(new Access(new TokenFile(tokens), null))
            .blocks(embedded.blocks())
            .start();
    assertEquals(401, send("GET", "/blocks", "").statusCode());
    assertEquals(200, send("GET", "/blocks", "", reader).statusCode());
    assertEquals(200, send("POST", "/blocks/query", "{}", reader).statusCode());
    assertEquals(403, send("POST", "/blocks", block("b", 1), reader).statusCode());
    assertEquals(403, send("PUT", "/blocks/query", "{}", reader).statusCode());
    assertEquals(403, send("DELETE", "/blocks/b", "", reader).statusCode());
  }
}
