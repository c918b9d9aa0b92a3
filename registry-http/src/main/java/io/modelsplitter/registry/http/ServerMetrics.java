package io.modelsplitter.registry.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.embedded.RegistryStatistics;
import io.modelsplitter.registry.embedded.RegistryStatistics.Connections;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Shows what the registries count among the metrics of the server. */
final class ServerMetrics {
  private final EmbeddedRegistry registry;
  private final MeterRegistry meters;

  private ServerMetrics(EmbeddedRegistry registry, MeterRegistry meters) {
    this.registry = registry;
    this.meters = meters;
  }

  /** Adds them; each is asked for when the metrics are. */
  static void add(EmbeddedRegistry registry, MeterRegistry meters) {
    ServerMetrics metrics = new ServerMetrics(registry, meters);
    RegistryStatistics now = registry.statistics();
    now.queries().keySet().forEach(metrics::addQueries);
    now.endedTasks().keySet().forEach(metrics::addEndedTasks);
    if (now.connections() != null) {
      metrics.addConnections();
    }
  }

  private void addQueries(String collection) {
    for (AnsweredBy by : AnsweredBy.values()) {
      FunctionCounter.builder(
              "modelsplitter.queries", registry, it -> it.statistics().queries(collection, by))
          .description("Queries, by the slowest way that a part of each is answered")
          .tag("collection", collection)
          .tag("answered_by", by.wire())
          .register(meters);
    }
  }

  private void addEndedTasks(String status) {
    FunctionCounter.builder(
            "modelsplitter.tasks.ended",
            registry,
            it -> it.statistics().endedTasks().getOrDefault(status, 0L))
        .description("Tasks, and so split jobs, that came to their end, by how they ended")
        .tag("status", status)
        .register(meters);
  }

  /** By the names that HikariCP's own metrics have, which dashboards know. */
  private void addConnections() {
    gauge("active", "Connections to the database that are used", Connections::active);
    gauge("idle", "Connections to the database that wait for use", Connections::idle);
    gauge("pending", "Threads that wait for a connection", Connections::waiting);
    gauge("max", "Connections to the database at most", Connections::max);
    FunctionTimer.builder(
            "hikaricp.connections.acquire",
            registry,
            it -> connections(it).acquired(),
            it -> connections(it).awaited().toNanos(),
            TimeUnit.NANOSECONDS)
        .description("How long connections were waited for")
        .register(meters);
    FunctionCounter.builder(
            "hikaricp.connections.timeout", registry, it -> connections(it).timeouts())
        .description("How often no connection came in time")
        .register(meters);
  }

  private void gauge(String name, String description, ToDoubleFunction<Connections> value) {
    Gauge.builder(
            "hikaricp.connections." + name, registry, it -> value.applyAsDouble(connections(it)))
        .description(description)
        .register(meters);
  }

  private static Connections connections(EmbeddedRegistry registry) {
    return Objects.requireNonNull(registry.statistics().connections());
  }
}
