package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Connections that were answered, and are kept while their server stops. */
final class KeptConnections implements AutoCloseable {
  private static final int MANY = 8;

  private final List<RawConnection> kept = new ArrayList<>();

  KeptConnections(URI server) throws IOException {
    for (int i = 0; i < MANY; i++) {
      RawConnection connection = RawConnection.to(server);
      kept.add(connection);
      assertEquals(200, connection.send(RawConnection.get("/readyz")).answer().status());
    }
  }

  /** Asks again on each of them. */
  void assertToldThatTheServerStops() {
    long told = kept.stream().filter(KeptConnections::isTold).count();
    assertTrue(told > 0, "all of them were closed without a word");
  }

  /**
   * Whether a kept connection is told that the server stops; else it was closed, as one is whose
   * last answer was just on its way.
   */
  private static boolean isTold(RawConnection connection) {
    RawConnection.Answer answer;
    try {
      answer = connection.send(RawConnection.get("/readyz")).answer();
    } catch (IOException e) {
      return false;
    }
    assertEquals(503, answer.status());
    assertTrue(answer.headers().contains("connection: close"), answer::headers);
    assertTrue(answer.headers().contains("retry-after: 1"), answer::headers);
    assertTrue(answer.body().contains("stopping"), answer::body);
    assertTrue(connection.endsWithoutAnAnswer());
    return true;
  }

  @Override
  public void close() throws IOException {
    for (RawConnection connection : kept) {
      connection.close();
    }
  }
}
