package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token file that changes while it is used. */
class TokenFileTest {
  private static final FileTime EARLIER = FileTime.fromMillis(1_700_000_000_000L);

  @TempDir Path folder;

  private final AtomicLong nanos = new AtomicLong();

  private Path path() {
    return folder.resolve("tokens");
  }

  private void write(String tokens) throws IOException {
    Path made = Files.writeString(folder.resolve("new"), tokens);
    Files.move(made, path(), StandardCopyOption.REPLACE_EXISTING);
  }

  private TokenFile open(String tokens) throws IOException {
    write(tokens);
    return new TokenFile(path(), nanos::get);
  }

  private boolean knows(TokenFile file, String token) {
    return file.tokens().holder(token).isPresent();
  }

  private void aSecondPasses() {
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void change_isReadAfterASecond() throws IOException {
    TokenFile file = open(TokenLines.of("read", "old"));
    write(TokenLines.of("read", "old") + TokenLines.of("read", "new"));
    assertFalse(knows(file, "new"));
    aSecondPasses();
    assertTrue(knows(file, "new"));
    write(TokenLines.of("read", "new"));
    aSecondPasses();
    assertFalse(knows(file, "old"));
  }

  @Test
  void badContent_leavesTheTokensOfBefore() throws IOException {
    TokenFile file = open(TokenLines.of("read", "old"));
    write("king of everything\n");
    for (int i = 0; i < 3; i++) {
      aSecondPasses();
      assertTrue(knows(file, "old"));
    }
    write(TokenLines.of("read", "newer"));
    aSecondPasses();
    assertTrue(knows(file, "newer"));
    assertFalse(knows(file, "old"));
  }

  /** What is there cannot be read at first, and can later, with the same time and size. */
  @Test
  void fileThatCannotBeReadOnce_isReadAtTheNextLook() throws IOException {
    TokenFile file = open(TokenLines.of("read", "revoked"));
    String after = TokenLines.of("read", "other");
    Files.delete(path());
    Files.createDirectory(path());
    for (int i = 0; Files.size(path()) <= after.length(); i++) {
      Files.createFile(path().resolve("a-long-name-" + i));
    }
    long size = Files.size(path());
    Files.setLastModifiedTime(path(), EARLIER);
    aSecondPasses();
    assertTrue(knows(file, "revoked"));

    Files.move(path(), folder.resolve("moved"));
    write(after + "#".repeat((int) size - after.length()));
    Files.setLastModifiedTime(path(), EARLIER);
    assertEquals(size, Files.size(path()));
    aSecondPasses();
    assertTrue(knows(file, "other"));
    assertFalse(knows(file, "revoked"));
  }

  @Test
  void fileThatIsAway_leavesTheTokensOfBefore() throws IOException {
    TokenFile file = open(TokenLines.of("read", "old"));
    Files.delete(path());
    aSecondPasses();
    assertTrue(knows(file, "old"));
    write(TokenLines.of("read", "new"));
    aSecondPasses();
    assertTrue(knows(file, "new"));
  }

  @Test
  void server_takesTheTokensThatTheFileHasNow() throws IOException {
    TokenFile file = open(TokenLines.of("read", "old"));
    try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
        RegistryServer server =
            RegistryServer.builder()
                .tasks(registry.tasks())
                .access(new Access(file, null))
                .start()) {
      assertEquals(401, status(server, "new"));
      write(TokenLines.of("read", "new"));
      aSecondPasses();
      assertEquals(200, status(server, "new"));
      assertEquals(401, status(server, "old"));
    }
  }

  private static int status(RegistryServer server, String token) {
    String[] headers = HttpRequests.bearer(token);
    return HttpRequests.send(server, "GET", "/tasks", "", headers).statusCode();
  }

  @Test
  void tokenForAName_isRefused() throws IOException {
    write(TokenLines.of("read", "s3cret", "s3cret"));
    BadInputException e = assertThrows(BadInputException.class, () -> AccessTokens.read(path()));
    assertFalse(String.valueOf(e.getMessage()).contains("s3cret"), e::getMessage);
  }
}
