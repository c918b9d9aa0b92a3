package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link ServerMain}. */
final class ServerOptions {
  @Option(
      names = "--role",
      paramLabel = "ROLE",
      defaultValue = "all",
      description =
          "What to serve: all, registry (tasks, layers, split runners, blocks) or runner (split"
              + " jobs). Default: all.")
  ServerRole role = ServerRole.ALL;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "The address to listen on. Default: 127.0.0.1.")
  String host = "";

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8002",
      description = "The port to listen on; 0 takes a free one. Default: 8002.")
  int port;

  @Option(
      names = "--public-url",
      paramLabel = "URL",
      description = "What runners and jobs are told to call. Default: http://HOST:PORT.")
  @Nullable String publicUrl;

  @Option(
      names = "--jdbc-url",
      paramLabel = "URL",
      defaultValue = "jdbc:h2:file:./data/model-splitter",
      description = "The database, H2 or PostgreSQL. Default: an H2 file in ./data.")
  String jdbcUrl = "";

  @Option(
      names = "--db-user",
      paramLabel = "USER",
      defaultValue = "sa",
      description = "The database's user. Default: sa.")
  String dbUser = "";

  @Option(
      names = "--db-password",
      paramLabel = "PASSWORD",
      defaultValue = "",
      description = "The user's password; better given in MODEL_SPLITTER_DB_PASSWORD.")
  String dbPassword = "";

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Who may do what: lines of read|write|admin, the SHA-256 of a Bearer token in hex, and, for"
              + " the access log, a name. read"
              + " gets and queries; write also creates, changes and deletes, and asks"
              + " for the tokens of tasks; admin also creates and deletes split runners and reopens"
              + " final tasks. The file is read again when it changes. Needed to listen beyond this"
              + " machine.")
  @Nullable Path tokenFile;

  @Option(
      names = "--credentials-key-file",
      paramLabel = "FILE",
      description =
          "A key of 32 bytes, as 64 hex digits or in base64, that the credentials of clusters are"
              + " kept with. Default: credentials.key beside an H2 file, made when it is missing;"
              + " none on PostgreSQL.")
  @Nullable Path credentialsKeyFile;

  @Option(
      names = "--insecure",
      defaultValue = "false",
      description = "Listen beyond this machine without tokens.")
  boolean insecure;

  @Option(
      names = "--spec-ports",
      defaultValue = "false",
      description =
          "Also listen on the specification's ports, for what is served: 8000 tasks, 8001 split"
              + " runners, 8002 layers, 3001 blocks, 5000 split jobs.")
  boolean specPorts;

  /**
   * Checks what no single option can.
   *
   * @throws BadInputException names the option and what to do
   */
  void check() {
    if (port < 0 || port > 65_535) {
      throw new BadInputException("--port must be from 0 to 65535, not " + port);
    }
    if (publicUrl != null && !isHttpUrl(publicUrl)) {
      throw new BadInputException("--public-url must be an http or https URL, not " + publicUrl);
    }
    if (tokenFile == null && !insecure && !isLoopback()) {
      throw new BadInputException(
          "--host "
              + host
              + " can be reached from other machines: give --token-file, or say --insecure");
    }
  }

  /** Who is let in; null lets in everybody. */
  @Nullable TokenFile tokens() {
    return tokenFile == null ? null : new TokenFile(tokenFile);
  }

  /** What the credentials of clusters are kept with; to be asked when the database is open. */
  @Nullable CredentialsKey credentialsKey() {
    if (credentialsKeyFile != null) {
      return CredentialsKey.fromFile(credentialsKeyFile);
    }
    if (H2Urls.isInMemory(jdbcUrl)) {
      return CredentialsKey.random(); // what it seals is gone with it
    }
    return H2Urls.folder(jdbcUrl).map(CredentialsKey::inFolder).orElse(null);
  }

  EmbeddedRegistry openRegistry() {
    return EmbeddedRegistry.open(jdbcUrl, dbUser, dbPassword);
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new BadInputException("--host " + host + " is not an address of this machine", e);
    }
  }

  private static boolean isHttpUrl(String url) {
    try {
      URI uri = URI.create(url);
      boolean http = "http".equalsIgnoreCase(uri.getScheme());
      return (http || "https".equalsIgnoreCase(uri.getScheme())) && uri.getHost() != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
