package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The document of the endpoints against the endpoints, and the page that shows it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
  private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
  private RegistryServer server = builder().start();
  private OpenAPI api = new OpenAPI();

  private RegistryServer.Builder builder() {
    return RegistryServer.builder()
        .registries(registry)
        .splitRunners(
            new SplitRunners(
                registry.splitRunners(), new MemoryDeployer(), CredentialsKey.random()))
        .metrics(new Metrics())
        .noSplitJobs();
  }

  @BeforeAll
  void read() {
    SwaggerParseResult parsed =
        new OpenAPIV3Parser().readContents(get("/openapi.json").body(), null, null);
    assertEquals(List.of(), parsed.getMessages());
    api = parsed.getOpenAPI();
    assertEquals("3.1.0", api.getOpenapi());
  }

  @AfterAll
  void close() {
    server.close();
    registry.close();
  }

  private HttpResponse<String> get(String path) {
    return send("GET", path, "");
  }

  private HttpResponse<String> send(String method, String path, String body) {
    return HttpRequests.send(server, method, path, body);
  }

  private record Call(String method, String path, Operation operation) {}

  private List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    api.getPaths()
        .forEach(
            (path, item) ->
                item.readOperationsMap()
                    .forEach((method, it) -> calls.add(new Call(method.name(), path, it))));
    return calls;
  }

  @Test
  void document_hasEveryEndpointAndNoOther() {
    SortedSet<String> documented = new TreeSet<>();
    for (Call call : calls()) {
      documented.add(call.method + " " + call.path);
    }
    SortedSet<String> served = new TreeSet<>(server.endpoints());
    for (String endpoint : server.endpoints()) {
      if (endpoint.startsWith("HEAD ")) { // which the document tells of all at once
        assertTrue(served.contains(endpoint.replace("HEAD ", "GET ")), endpoint);
        served.remove(endpoint);
      }
    }
    assertEquals(served, documented);
  }

  @Test
  void document_namesEachOperationOnceAndTellsOfItsPath() {
    List<String> ids = new ArrayList<>();
    for (Call call : calls()) {
      ids.add(call.operation.getOperationId());
      assertTrue(
          api.getTags().stream().anyMatch(it -> call.operation.getTags().contains(it.getName())),
          call::toString);
      PathItem item = Objects.requireNonNull(api.getPaths().get(call.path));
      assertEquals(call.path.contains("{id}"), item.getParameters() != null, call.path);
    }
    assertEquals(ids.size(), new TreeSet<>(ids).size(), ids::toString);
  }

  @Test
  void everyOperation_answersWhatTheDocumentSays() {
    for (Call call : calls()) {
      for (String body : bodies(call.operation)) {
        HttpResponse<String> answer = send(call.method, call.path.replace("{id}", "gpt2-0"), body);
        String status = String.valueOf(answer.statusCode());
        assertNotNull(
            call.operation.getResponses().get(status),
            () -> call.method + " " + call.path + " " + body + ": " + status + answer.body());
      }
    }
  }

  /** The example, and what no endpoint takes. */
  private static List<String> bodies(Operation operation) {
    if (operation.getRequestBody() == null) {
      return List.of("");
    }
    MediaType media = operation.getRequestBody().getContent().get("application/json");
    Object example = Objects.requireNonNull(media).getExample();
    return example == null ? List.of("[]", "{}") : List.of("[]", "{}", example.toString());
  }

  @Test
  void examplesOfCreatesAndQueries_areTaken() {
    int taken = 0;
    for (Call call : calls()) {
      List<String> bodies = bodies(call.operation);
      boolean change = call.path.equals("/task_update") || call.path.contains("job");
      if (call.method.equals("POST") && bodies.size() == 3 && !change) {
        HttpResponse<String> answer = send(call.method, call.path, bodies.get(2));
        boolean again = answer.statusCode() == 409; // as the other test sends them, too
        assertTrue(again || answer.statusCode() / 100 == 2, () -> call + answer.body());
        taken++;
      }
    }
    assertEquals(4, taken); // a layer, a task, a block and a query for blocks
  }

  @ParameterizedTest
  @ValueSource(strings = {"/docs", "/docs/docs.css", "/docs/docs.js", "/openapi.json"})
  void page_isLockedUp(String path) {
    HttpResponse<String> answer = get(path);
    assertEquals(200, answer.statusCode());
    String policy = answer.headers().firstValue("Content-Security-Policy").orElse("");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
    assertFalse(policy.contains("unsafe"), policy);
    assertEquals("nosniff", answer.headers().firstValue("X-Content-Type-Options").orElse(""));
  }

  @Test
  void page_fetchesNothingFromElsewhereAndParsesNoMarkup() {
    String page = get("/docs").body();
    String script = get("/docs/docs.js").body();
    String style = get("/docs/docs.css").body();
    for (String part : List.of(page, script, style)) {
      assertFalse(part.contains("://"), part);
      assertFalse(part.contains("@import"), part);
      assertFalse(part.contains("url("), part);
    }
    for (String parser :
        List.of("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")) {
      assertFalse(script.contains(parser), parser);
    }
    assertFalse(page.matches("(?s).*\\s(on[a-z]+|style)=.*"), page);
    for (String needed : List.of("lang=\"en\"", "class=\"skip\"", "<noscript>", "<main")) {
      assertTrue(page.contains(needed), needed);
    }
  }

  @Test
  void document_isReadWithoutAToken(@TempDir Path folder) throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens"), "read " + "0".repeat(64) + "\n");
    RegistryServer open = server;
    try (RegistryServer closed =
        builder().access(new Access(new TokenFile(tokens), null)).start()) {
      server = closed;
      assertEquals(200, get("/openapi.json").statusCode());
      assertEquals(200, get("/docs").statusCode());
      assertEquals(401, get("/tasks").statusCode());
    } finally {
      server = open;
    }
  }

  @Test
  void document_isPlainJson() {
    Map<String, Object> document = Json.parseObject("openapi.json", get("/openapi.json").body());
    assertEquals("3.1.0", document.get("openapi"));
  }
}
