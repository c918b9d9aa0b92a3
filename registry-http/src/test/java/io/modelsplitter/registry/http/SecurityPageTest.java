package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code SECURITY.md} says of every endpoint who may call it, and the server does as it says. */
@Timeout(120)
class SecurityPageTest {
  private static final Pattern ROW =
      Pattern.compile("\\| `([A-Z]+ /[^`]*)` \\| (everybody|read|write|admin)[^|]*\\| ([^|]*) \\|");

  private static final List<String> ROLES = List.of("everybody", "read", "write", "admin");

  @TempDir private Path folder;

  private final EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
  private final CredentialsKey key = CredentialsKey.random();
  private RegistryServer server;
  private String taskId = "";

  @BeforeEach
  void start() throws Exception {
    StringBuilder tokens = new StringBuilder();
    for (String role : ROLES.subList(1, ROLES.size())) {
      tokens.append(TokenLines.of(role, "the-" + role));
    }
    Path file = Files.writeString(folder.resolve("tokens"), tokens);
    server =
        RegistryServer.builder()
            .registries(registry)
            .splitRunners(new SplitRunners(registry.splitRunners(), new MemoryDeployer(), key))
            .metrics(new Metrics())
            .noSplitJobs()
            .access(new Access(new TokenFile(file), new TaskTokens(key)))
            .start();
    taskId = registry.tasks().create(NewTask.of("model_splits", Map.of())).taskId();
  }

  @AfterEach
  void close() {
    server.close();
    registry.close();
  }

  private record Row(String role, String ofTask) {}

  private static SortedMap<String, Row> rows() throws IOException {
    SortedMap<String, Row> rows = new TreeMap<>();
    for (String line : Files.readAllLines(Path.of("SECURITY.md"))) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        rows.put(row.group(1), new Row(row.group(2), row.group(3).strip()));
      }
    }
    return rows;
  }

  @Test
  void page_hasEveryEndpoint() throws IOException {
    SortedSet<String> served = new TreeSet<>(server.endpoints());
    served.removeIf(endpoint -> endpoint.startsWith("HEAD ")); // as its GET
    assertEquals(served, new TreeSet<>(rows().keySet()));
  }

  @Test
  void everyEndpoint_isForThoseThatThePageNames() throws Exception {
    for (Map.Entry<String, Row> row : rows().entrySet()) {
      String endpoint = row.getKey();
      int needed = ROLES.indexOf(row.getValue().role());
      for (String role : ROLES) {
        String[] headers =
            role.equals("everybody") ? new String[0] : HttpRequests.bearer("the-" + role);
        boolean isLetIn = isLetIn(endpoint, headers);
        assertEquals(ROLES.indexOf(role) >= needed, isLetIn, endpoint + " with " + role);
      }
      String token = new TaskTokens(key).token(taskId);
      boolean mayTask = !row.getValue().ofTask().equals("no");
      assertEquals(
          mayTask,
          isLetIn(endpoint, HttpRequests.bearer(token)),
          endpoint + " with a task's token");
    }
  }

  /** Nothing is sent that could be done, so that what is let in changes nothing. */
  private boolean isLetIn(String endpoint, String... headers) {
    String[] parts = endpoint.split(" ", -1);
    boolean ofTask = parts[1].startsWith("/task/") && !parts[0].equals("DELETE");
    String id = ofTask ? taskId : parts[1].startsWith("/page/") ? "page.js" : "none";
    String path = parts[1].replace("{id}", id);
    String body = parts[0].equals("GET") || parts[0].equals("DELETE") ? "" : "[]";
    HttpResponse<String> answer = HttpRequests.send(server, parts[0], path, body, headers);
    assertNotEquals(500, answer.statusCode(), () -> endpoint + ": " + answer.body());
    return answer.statusCode() != 401 && answer.statusCode() != 403;
  }
}
