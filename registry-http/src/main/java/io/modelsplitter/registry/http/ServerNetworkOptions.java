package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link ServerMain} that are about the network and its limits. */
final class ServerNetworkOptions {
  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Serve https with this certificate and those that vouch for it, in PEM.")
  @Nullable Path tlsCert;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The certificate's key: PEM, PKCS #8, not encrypted.")
  @Nullable Path tlsKey;

  @Option(
      names = "--cors-origin",
      paramLabel = "ORIGIN",
      split = ",",
      description =
          "Let the pages of this origin, such as https://dashboard.example, read answers; may be"
              + " repeated. Default: none.")
  List<String> corsOrigins = List.of();

  @Option(
      names = "--max-body-bytes",
      paramLabel = "N",
      defaultValue = "8388608",
      description = "The largest request body; more is 413. Default: 8388608.")
  int maxBodyBytes;

  @Option(
      names = "--max-header-bytes",
      paramLabel = "N",
      defaultValue = "16384",
      description = "The largest request line and headers; more is 431. Default: 16384.")
  int maxHeaderBytes;

  @Option(
      names = "--max-connections",
      paramLabel = "N",
      description =
          "So many connections at once; beyond that a new one takes the place of the one that waits"
              + " longest for a request, or gets 503 where none waits. Default: 10000, or fewer"
              + " where this process may not have so many files open.")
  int maxConnections = Limits.DEFAULT.connections();

  @Option(
      names = "--max-arriving-bytes",
      paramLabel = "N",
      description =
          "So many bytes are held of request bodies that are still arriving; beyond that the one"
              + " that arrives longest is cut off. Default: a quarter of the memory.")
  long maxArrivingBytes = Limits.DEFAULT.arrivingBytes();

  @Option(
      names = "--idle-seconds",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "How long a connection may send nothing, or a reader take nothing of its answer, before"
              + " it is closed. Default: 30.")
  int idleSeconds;

  @Option(
      names = "--max-request-seconds",
      paramLabel = "N",
      defaultValue = "60",
      description =
          "How long a request may take to arrive, until its answer begins, and between the records"
              + " of a long answer; then what the database does for it is stopped, and it is 503."
              + " What a cluster does has limits of its own. Default: 60.")
  int maxRequestSeconds;

  @Option(
      names = "--stop-seconds",
      paramLabel = "N",
      defaultValue = "25",
      description =
          "How long the requests that run may go on when the server is told to stop. Default: 25.")
  int stopSeconds;

  @Option(
      names = "--rate-limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "So many requests a second for each token; more is 429. Default: 0, no limit.")
  int rateLimit;

  @Option(
      names = "--access-log",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      description =
          "Say each request on standard error, as a line of JSON: time, request_id, method, route,"
              + " path, status, bytes, milliseconds, caller, remote_address. Default: true.")
  boolean accessLog;

  /**
   * Checks what no single option can.
   *
   * @throws BadInputException names the option and what to do
   */
  void check(boolean tokens) {
    if ((tlsCert == null) != (tlsKey == null)) {
      throw new BadInputException("--tls-cert and --tls-key belong together; give both");
    }
    if (rateLimit < 0 || (rateLimit > 0 && !tokens)) {
      throw new BadInputException(
          "--rate-limit must be at least 1 and needs --token-file, as it counts per token");
    }
    var unused = limits(); // which checks each
  }

  /** Hands all of this to a server. */
  void apply(RegistryServer.Builder builder) {
    builder.limits(limits()).corsOrigins(corsOrigins);
    if (accessLog) {
      builder.accessLog();
    }
    if (tlsCert != null && tlsKey != null) {
      builder.tls(TlsFiles.read(tlsCert, tlsKey));
    }
  }

  private Limits limits() {
    return new Limits(
        maxBodyBytes,
        maxHeaderBytes,
        maxConnections,
        maxArrivingBytes,
        Duration.ofSeconds(idleSeconds),
        Duration.ofSeconds(maxRequestSeconds),
        Duration.ofSeconds(stopSeconds));
  }

  @Nullable RateLimit rate() {
    return rateLimit == 0 ? null : new RateLimit(rateLimit);
  }
}
