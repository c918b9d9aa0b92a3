package io.modelsplitter.registry.http;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;

import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.TaskRegistry;
import io.modelsplitter.registry.client.TaskClient;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The standalone server: wires the registries, the server and the environment together. Prints
 * {@code listening on http://HOST:PORT} when it is ready; a bad flag or a database that cannot be
 * reached is one line on standard error and exit code 2.
 */
@Command(
    name = "model-splitter-server",
    versionProvider = ServerMain.Version.class,
    abbreviateSynopsis = true,
    sortOptions = false,
    description = "The registries for splitting large language models, over HTTP.",
    footer =
        "%nEach option is also an environment variable: MODEL_SPLITTER_ and its name in capitals, with"
            + " _ for -. The option wins.")
public final class ServerMain implements Callable<Integer> {
  private static final int EXIT_BAD_INPUT = 2;

  /**
   * What a thread writes to a file goes through memory outside of the heap, which the thread keeps
   * for the next time, as much as its largest write took. With H2 every thread writes: under ten
   * minutes of load that grew to 95 MB. Read when the first file is written.
   */
  private static final String NIO_CACHE = "jdk.nio.maxCachedBufferSize";

  private static final int NIO_CACHE_BYTES = 64 << 10;

  /** Held, since a logger that nobody holds forgets its level; the driver throws what it logs. */
  private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private boolean version;

  @CommandLine.Mixin private final ServerOptions options = new ServerOptions();

  @CommandLine.Mixin private final ServerNetworkOptions networkOptions = new ServerNetworkOptions();

  @CommandLine.Mixin private final ServerRunnerOptions runnerOptions = new ServerRunnerOptions();

  @CommandLine.Mixin private final ServerJobOptions jobOptions = new ServerJobOptions();

  private final Map<String, String> environment;

  /** For the command line only. */
  private ServerMain(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * Runs the server until it is told to stop.
   *
   * @param args the options; {@code --help} lists them
   */
  public static void main(String[] args) {
    DRIVER_LOG.setLevel(Level.OFF);
    if (System.getProperty(NIO_CACHE) == null) {
      System.setProperty(NIO_CACHE, String.valueOf(NIO_CACHE_BYTES));
    }
    int code = commandLine(System.getenv()).execute(args);
    if (code != 0) {
      System.exit(code);
    }
  }

  static CommandLine commandLine(Map<String, String> environment) {
    CommandLine line = new CommandLine(new ServerMain(environment));
    line.getHelpSectionMap().put(SECTION_KEY_OPTION_LIST, ServerHelp::options);
    return line.setDefaultValueProvider(new EnvironmentDefaults(environment))
        .setInterpolateVariables(false) // a password may hold what looks like one
        .setParameterExceptionHandler((e, unused) -> fail(e.getMessage()))
        .setExecutionExceptionHandler(ServerMain::failed)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() {
    options.check();
    networkOptions.check(options.tokenFile != null);
    jobOptions.check();
    ServerParts parts = new ServerParts();
    // At once, since who reads that it listens may tell it to stop in the same millisecond.
    Runtime.getRuntime().addShutdownHook(new Thread(parts::close));
    try {
      serve(parts);
    } catch (RuntimeException e) {
      parts.close();
      throw e;
    }
    return 0;
  }

  private void serve(ServerParts parts) {
    TokenFile tokens = options.tokens();
    TaskTokens taskTokens = null;
    RegistryServer.Builder builder = RegistryServer.builder().host(options.host).port(options.port);
    if (options.specPorts) {
      options.role.specPorts().forEach(builder::alsoOnPort);
    }
    Metrics metrics = new Metrics();
    builder.metrics(metrics);
    if (options.role.hasRegistries()) {
      EmbeddedRegistry registry = options.openRegistry();
      parts.registry = registry;
      ServerMetrics.add(registry, metrics.meters());
      CredentialsKey key = options.credentialsKey();
      taskTokens = tokens == null || key == null ? null : new TaskTokens(key);
      SplitRunners runners =
          new SplitRunners(
              registry.splitRunners(),
              runnerOptions.deployer(() -> publicUrl(parts), jobOptions),
              key);
      parts.splitRunners = runners;
      builder.registries(registry).splitRunners(runners);
    }
    if (options.role.hasSplitJobs()) {
      addSplitJobs(builder, parts, taskTokens);
    }
    builder.access(tokens == null ? null : new Access(tokens, taskTokens, networkOptions.rate()));
    networkOptions.apply(builder);
    RegistryServer server = builder.start();
    parts.server = server;
    if (parts.splitRunners != null) {
      parts.splitRunners.start();
    }
    System.out.println("listening on " + server.url());
    warnOfLoopback(publicUrl(parts));
  }

  /** A job in a cluster that calls its own loopback reaches nobody. */
  private void warnOfLoopback(String publicUrl) {
    String host = String.valueOf(URI.create(publicUrl).getHost());
    if (jobOptions.launcher == ServerJobOptions.Launcher.KUBERNETES
        && !environment.containsKey("TASK_STATUS_UPDATE_URL")
        && (host.startsWith("127.") || host.equals("localhost") || host.equals("[::1]"))) {
      System.err.println(
          "model-splitter-server: warning: jobs in the cluster are told to call "
              + publicUrl
              + ", which is the pod itself there; give --public-url");
    }
  }

  private void addSplitJobs(
      RegistryServer.Builder builder, ServerParts parts, @Nullable TaskTokens tokens) {
    if (jobOptions.launcher == ServerJobOptions.Launcher.NONE) {
      builder.noSplitJobs();
      return;
    }
    EmbeddedRegistry registry = parts.registry;
    if (registry != null) {
      addSplitJobs(
          builder,
          parts,
          registry.tasks(),
          taskId -> Optional.ofNullable(tokens).map(all -> all.token(taskId)));
      return;
    }
    Map<String, String> client = asClient();
    TaskClient tasks = TaskClient.from(client);
    boolean hasToken = client.containsKey("MODEL_SPLITTER_TOKEN"); // else it needs none
    addSplitJobs(
        builder, parts, tasks, taskId -> hasToken ? tasks.taskToken(taskId) : Optional.empty());
  }

  private void addSplitJobs(
      RegistryServer.Builder builder,
      ServerParts parts,
      TaskRegistry tasks,
      Function<String, Optional<String>> tokens) {
    SplitJobs jobs = jobOptions.open(tasks, environment, () -> publicUrl(parts), tokens);
    parts.jobs = jobs;
    builder.splitJobs(jobs);
  }

  /**
   * The variables of a client, of which one has another meaning here: {@code --token-file} is who
   * may call, and not a token to call others with.
   */
  private Map<String, String> asClient() {
    Map<String, String> client = new HashMap<>(environment);
    client.remove("MODEL_SPLITTER_TOKEN_FILE");
    return client;
  }

  private String publicUrl(ServerParts parts) {
    if (options.publicUrl != null) {
      return options.publicUrl;
    }
    if (parts.server == null) {
      throw new UnavailableException("the server is about to start", null);
    }
    return parts.server.url().toString();
  }

  private static int failed(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed)
      throws Exception {
    if (e instanceof ModelSplitterException) {
      return fail(e.getMessage());
    }
    throw e;
  }

  private static int fail(@Nullable String message) {
    System.err.println("model-splitter-server: " + message);
    return EXIT_BAD_INPUT;
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = ServerMain.class.getPackage().getImplementationVersion();
      return new String[] {"model-splitter-server " + (version == null ? "(unpacked)" : version)};
    }
  }
}
