package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.registry.NewTask;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that say or take too little, in real sockets. */
@Timeout(120)
class ConnectionLimitsTest {
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int TASKS = 100;
  private static final int TEXT = 100_000;

  private final List<RawConnection> open = new ArrayList<>();
  private final ExecutorService background = Executors.newCachedThreadPool();
  private EmbeddedRegistry registry;

  @BeforeEach
  void open() {
    registry = EmbeddedRegistry.inMemory();
  }

  @AfterEach
  void close() throws IOException {
    for (RawConnection connection : open) {
      connection.close();
    }
    background.shutdown();
    registry.close();
  }

  private RegistryServer serve(int connections, Duration idle, Duration request, Duration stop) {
    return RegistryServer.builder()
        .tasks(registry.tasks())
        .limits(new Limits(2 << 20, 4096, connections, 4 << 20, idle, request, stop))
        .start();
  }

  private RawConnection connect(RegistryServer server) throws IOException {
    RawConnection connection = RawConnection.to(server.url());
    open.add(connection);
    return connection;
  }

  @Test
  void silentConnections_beyondTheLimit_giveWayTheLongestFirst() throws Exception {
    try (RegistryServer server = serve(50, LONG, LONG, LONG)) {
      RawConnection busy = connect(server);
      for (int i = 0; i < 1000; i++) {
        RawConnection more = connect(server).send(i % 2 == 0 ? "" : "GET /healthz HTTP/1.1\r\nX: ");
        if (i % 10 == 9) { // so that no more than these wait to be accepted
          assertEquals(200, more.send("a\r\nHost: a\r\n\r\n").answer().status());
          assertEquals(200, busy.send(RawConnection.get("/healthz")).answer().status());
        }
      }
      for (RawConnection silent : open.subList(1, 900)) {
        assertTrue(silent.endsWithoutAnAnswer());
      }
      assertEquals(200, open.get(998).send("a\r\nHost: a\r\n\r\n").answer().status());
    }
  }

  @Test
  void requests_oneAfterAnother_areNeverTakenForTooMany() throws Exception {
    try (RegistryServer server = serve(1, LONG, LONG, LONG)) {
      RawConnection only = connect(server);
      for (int i = 0; i < 500; i++) {
        only.send(RawConnection.post("/tasks?limit=1", 2));
        assertEquals(200, only.send("{}").answer().status());
      }
    }
  }

  @Test
  void request_whoseHeadersDrip_isCutOff() throws Exception {
    try (RegistryServer server = serve(50, SECOND, SECOND, LONG)) {
      assertEquals("", connect(server).send("GET /healthz HTTP/1.1\r\nX: ").dripUntilItEnds());
    }
  }

  @Test
  void request_whoseBodyDrips_isCutOff() throws Exception {
    try (RegistryServer server = serve(50, SECOND, SECOND, LONG)) {
      assertEquals(
          "", connect(server).send(RawConnection.post("/tasks", 200_000)).dripUntilItEnds());
    }
  }

  @Test
  void bodies_thatArriveSlowly_giveWayToNewOnesTheLongestFirst() throws Exception {
    try (RegistryServer server = serve(1000, LONG, LONG, LONG)) {
      for (int i = 0; i < 100; i++) {
        connect(server).send(RawConnection.post("/tasks?limit=1", 200_000) + "{");
        RawConnection other = connect(server).send(RawConnection.post("/tasks?limit=1", 2) + "{}");
        assertEquals(200, other.answer().status());
      }
      for (int i = 0; i < 60; i++) {
        assertTrue(open.get(2 * i).endsWithoutAnAnswer());
      }
      RawConnection last = open.get(198);
      assertEquals(200, last.send("}" + " ".repeat(199_998)).answer().status());
    }
  }

  @Test
  void request_whoseLargeBodyDrips_is503() throws Exception {
    try (RegistryServer server = serve(50, SECOND, SECOND, LONG)) {
      String begun = RawConnection.post("/tasks", 1_000_000) + " ".repeat(300_000);
      String answer = connect(server).send(begun).dripUntilItEnds();
      assertTrue(answer.startsWith("HTTP/1.1 503"), answer);
      assertTrue(answer.contains("longer than 1.0 seconds"), answer);
    }
  }

  @Test
  void reader_thatTakesTooLittle_isCutOff() throws Exception {
    AtomicBoolean closed = new AtomicBoolean();
    Future<Integer> taken;
    try (RegistryServer server = serve(50, Duration.ofSeconds(2), LONG, LONG)) {
      RawConnection reader = beginReadingAllTasks(server);
      taken = background.submit(() -> reader.takeSlowly(closed::get));
    } // which waits for what runs, half an hour
    closed.set(true);
    assertTrue(taken.get() < TASKS * TEXT);
  }

  @Test
  void reader_thatBreaksOff_isNotWaitedForWhenStopping() throws Exception {
    try (RegistryServer server = serve(50, LONG, LONG, LONG)) {
      beginReadingAllTasks(server).reset();
      beginReadingAllTasks(server).close();
      RawConnection healthy = connect(server).send(RawConnection.get("/readyz"));
      assertEquals(200, healthy.answer().status());
    }
  }

  /** The answer is more than the buffers between server and client hold. */
  private RawConnection beginReadingAllTasks(RegistryServer server) throws IOException {
    for (int i = 0; i < TASKS; i++) {
      registry.tasks().create(NewTask.of("model_splits", Map.of("text", "x".repeat(TEXT))));
    }
    RawConnection reader = RawConnection.withSmallBuffer(server.url());
    open.add(reader);
    reader.send(RawConnection.post("/tasks", 2) + "{}");
    assertEquals('H', reader.read());
    return reader;
  }

  @Test
  void limits_outOfRange_nameTheOption() {
    int more = Limits.MOST_CONNECTIONS + 1;
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> new Limits(4096, 4096, more, 1 << 20, LONG, LONG, LONG));
    assertTrue(String.valueOf(e.getMessage()).contains("--max-connections"), e::getMessage);
    assertThrows(
        BadInputException.class,
        () -> new Limits(4096, 4096, 1, 1 << 20, Duration.ZERO, LONG, LONG));
  }
}
