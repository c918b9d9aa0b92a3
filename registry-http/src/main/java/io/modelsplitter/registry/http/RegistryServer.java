package io.modelsplitter.registry.http;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.HttpResponseException;
import io.javalin.plugin.bundled.CorsPlugin;
import io.javalin.router.ParsedEndpoint;
import io.javalin.util.JavalinException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.ModelLayerRegistry;
import io.modelsplitter.registry.Registries;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.TaskRegistry;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/**
 * Serves registries over HTTP. Thread-safe.
 *
 * <pre>{@code
 * try (EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
 *     RegistryServer server = RegistryServer.start(registry)) {
 *   ModelLayerRegistry remote = ModelLayerClient.at(server.url().toString());
 * }
 * }</pre>
 */
public final class RegistryServer implements AutoCloseable {
  private final Javalin javalin;
  private final URI url;
  private final Network network;

  private RegistryServer(Javalin javalin, URI url, Network network) {
    this.javalin = javalin;
    this.url = url;
    this.network = network;
  }

  /**
   * Serves these registries on a free port of 127.0.0.1, to whoever can reach it.
   *
   * @param registries what to serve; it stays the caller's to close
   * @return the server, which listens
   */
  public static RegistryServer start(Registries registries) {
    return builder().registries(registries).start();
  }

  /**
   * Begins a server; without more it listens on a free port of 127.0.0.1 and serves nothing.
   *
   * @return the builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return where it listens: {@code http://HOST:PORT}, or {@code https} with a certificate} */
  public URI url() {
    return url;
  }

  /** Every endpoint that it has, as {@code METHOD /path}, in order. */
  SortedSet<String> endpoints() {
    SortedSet<String> endpoints = new TreeSet<>();
    for (ParsedEndpoint parsed : javalin.unsafe.internalRouter.allHttpHandlers()) {
      if (parsed.endpoint.method.isHttpMethod()) {
        endpoints.add(parsed.endpoint.method.name() + " " + parsed.endpoint.path);
      }
    }
    return endpoints;
  }

  /**
   * Stops listening, lets what runs come to its end, within limits, and answers what comes
   * meanwhile 503; the registries stay open.
   */
  @Override
  public void close() {
    network.stopTaking();
    javalin.stop();
  }

  /** Collects what a server serves and where. For one thread. */
  public static final class Builder {
    private final List<Routes> routes = new ArrayList<>();
    private final HealthRoutes health = new HealthRoutes();
    private final List<Integer> morePorts = new ArrayList<>();
    private String host = "127.0.0.1";
    private int port;
    private @Nullable Access access;
    private @Nullable TaskRegistry tasks;
    private Limits limits = Limits.DEFAULT;
    private SslContextFactory.@Nullable Server tls;
    private List<String> corsOrigins = List.of();
    private final List<Consumer<Exchange>> observers = new ArrayList<>();
    private @Nullable Metrics metrics;

    private Builder() {
      routes.add(health);
      routes.add(new DocumentationRoutes());
      routes.add(new PageRoutes());
    }

    /**
     * Serves the model layers, tasks and blocks of these registries.
     *
     * @param registries what to serve; it stays the caller's to close
     * @return this builder
     */
    public Builder registries(Registries registries) {
      return modelLayers(registries.modelLayers())
          .tasks(registries.tasks())
          .blocks(registries.blocks());
    }

    /**
     * Serves this model layers registry.
     *
     * @param registry what to serve; it stays the caller's to close
     * @return this builder
     */
    public Builder modelLayers(ModelLayerRegistry registry) {
      routes.add(new ModelLayerRoutes(registry));
      health.add(registry::get);
      return this;
    }

    /**
     * Serves this split runners registry.
     *
     * @param registry what to serve; it stays the caller's to close
     * @return this builder
     */
    public Builder splitRunners(SplitRunnerRegistry registry) {
      routes.add(new SplitRunnerRoutes(registry));
      health.add(registry::get);
      return this;
    }

    /**
     * Serves this task registry.
     *
     * @param registry what to serve; it stays the caller's to close
     * @return this builder
     */
    public Builder tasks(TaskRegistry registry) {
      routes.add(new TaskRoutes(registry));
      tasks = registry;
      health.add(registry::get);
      return this;
    }

    /**
     * Serves this block metadata registry.
     *
     * @param registry what to serve; it stays the caller's to close
     * @return this builder
     */
    public Builder blocks(BlockRegistry registry) {
      routes.add(new BlockRoutes(registry));
      health.add(registry::get);
      return this;
    }

    /**
     * Serves split jobs.
     *
     * @param jobs what launches and follows them
     * @return this builder
     */
    public Builder splitJobs(SplitJobs jobs) {
      routes.add(new SplitJobRoutes(jobs));
      return this;
    }

    /** Serves these endpoints, too. */
    Builder routes(Routes more) {
      routes.add(more);
      return this;
    }

    /** Answers for the split jobs that there is nothing to launch them with. */
    Builder noSplitJobs() {
      routes.add(new SplitJobRoutes(null));
      return this;
    }

    /**
     * The address to listen on; 127.0.0.1 by default.
     *
     * @param host a name or an address of this machine
     * @return this builder
     */
    public Builder host(String host) {
      this.host = host;
      return this;
    }

    /**
     * The port to listen on; 0, the default, takes a free one.
     *
     * @param port 0 to 65535; 0 takes a free one
     * @return this builder
     */
    public Builder port(int port) {
      this.port = port;
      return this;
    }

    /**
     * Another port to listen on.
     *
     * @param port 0 to 65535; 0 takes a free one
     * @return this builder
     */
    public Builder alsoOnPort(int port) {
      morePorts.add(port);
      return this;
    }

    /** Lets in only those with one of these tokens. */
    Builder access(@Nullable Access access) {
      this.access = access;
      return this;
    }

    /** How much it takes on. */
    Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    /** Serves https. */
    Builder tls(SslContextFactory.Server tls) {
      this.tls = tls;
      return this;
    }

    /** Lets the pages of these origins read answers. */
    Builder corsOrigins(List<String> origins) {
      this.corsOrigins = List.copyOf(origins);
      return this;
    }

    /** Logs each request. */
    Builder accessLog() {
      observers.add(new AccessLog());
      return this;
    }

    /** Counts, and serves the counts. */
    Builder metrics(Metrics metrics) {
      this.metrics = metrics;
      routes.add(metrics);
      observers.add(metrics);
      return this;
    }

    /**
     * Starts listening.
     *
     * @return the server, which listens
     * @throws BadInputException when the address cannot be listened on
     */
    public RegistryServer start() {
      Network network = Network.of(host, limits, tls);
      Javalin javalin = Javalin.create(config -> configure(config, network));
      if (!observers.isEmpty()) {
        javalin
            .jettyServer()
            .server()
            .setRequestLog(new Exchanges(javalin.unsafe.internalRouter, List.copyOf(observers)));
      }
      try {
        javalin.start(host, port);
      } catch (JavalinException e) {
        javalin.stop();
        throw cannotListen(e);
      }
      String name = host.contains(":") ? "[" + host + "]" : host;
      return new RegistryServer(
          javalin, URI.create(network.scheme() + "://" + name + ":" + javalin.port()), network);
    }

    private BadInputException cannotListen(Exception e) {
      Throwable cause = e;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String where =
          morePorts.isEmpty() ? host + ":" + port : host + ":" + port + " and " + morePorts;
      return new BadInputException("cannot listen on " + where + ": " + cause.getMessage(), e);
    }

    private void configure(JavalinConfig config, Network network) {
      config.startup.showJavalinBanner = false;
      config.startup.startupWatcherEnabled = false;
      config.startup.showOldJavalinVersionWarning = false;
      config.http.compressionStrategy = CompressionStrategy.NONE;
      config.http.maxRequestSize = limits.bodyBytes();
      config.appData(Limits.KEY, limits);
      config.http.prefer405over404 = true;
      config.concurrency.useVirtualThreads = Runtime.version().feature() >= 21;
      config.jetty.modifyHttpConfiguration(http -> http.addCustomizer(new RequestIds()));
      if (metrics != null) {
        config.jetty.modifyHttpConfiguration(http -> http.addCustomizer(metrics));
        config.events.serverStopped(metrics::close);
      }
      config.jetty.modifyHttpConfiguration(network::configure);
      config.jetty.modifyServer(network::configure);
      config.jetty.addConnector((server, http) -> network.connector(server, http, port));
      for (int more : morePorts.stream().distinct().filter(it -> it != port).toList()) {
        config.jetty.addConnector((server, http) -> network.connector(server, http, more));
      }
      for (String origin : corsOrigins) {
        config.registerPlugin(new CorsPlugin(cors -> cors.addRule(rule -> rule.allowHost(origin))));
      }
      if (access != null) {
        config.routes.before(access::check);
      }
      if (tasks != null) {
        new TaskTokenRoutes(tasks, access == null ? null : access.taskTokens()).add(config.routes);
      }
      routes.forEach(it -> it.add(config.routes));
      config.routes.exception(HttpResponseException.class, Errors::answer);
      config.routes.exception(Exception.class, Errors::answer);
      config.router.javaLangErrorHandler(Errors::answerError);
    }
  }
}
