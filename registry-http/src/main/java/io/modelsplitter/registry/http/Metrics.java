package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * {@code /metrics}, role read: requests, this process, and what else is added to {@link #meters},
 * in Prometheus' text format. Whatever clients send, there are only so many series: a request is
 * counted by its method, where that is a common one, by its route, and by its status. Thread-safe.
 */
final class Metrics
    implements Routes, Consumer<Exchange>, HttpConfiguration.Customizer, AutoCloseable {
  private static final String TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30)
  };

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final ConcurrentMap<Series, Timer> timers = new ConcurrentHashMap<>();

  private record Series(String method, String route, int status) {}

  Metrics() {
    Gauge.builder("http.server.requests.active", inFlight, AtomicInteger::get)
        .description("Requests that are not answered yet")
        .register(meters);
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    new UptimeMetrics().bindTo(meters);
    new FileDescriptorMetrics().bindTo(meters);
    collections.bindTo(meters);
  }

  /** Where others add what they count. */
  MeterRegistry meters() {
    return meters;
  }

  @Override
  public void add(RoutesConfig routes) {
    routes.get("/metrics", this::answer);
  }

  private void answer(Context ctx) {
    ctx.contentType(TYPE).result(meters.scrape());
  }

  /** A request begins. */
  @Override
  public Request customize(Request request, HttpFields.Mutable answer) {
    inFlight.incrementAndGet();
    Request.addCompletionListener(request, unused -> inFlight.decrementAndGet());
    return request;
  }

  /** A request is answered. */
  @Override
  public void accept(Exchange exchange) {
    String method = METHODS.contains(exchange.method()) ? exchange.method() : "other";
    timers
        .computeIfAbsent(new Series(method, exchange.route(), exchange.status()), this::timer)
        .record(exchange.took());
  }

  private Timer timer(Series series) {
    return Timer.builder("http.server.requests")
        .description("Requests that were answered, and how long that took")
        .tag("method", series.method)
        .tag("route", series.route)
        .tag("status", String.valueOf(series.status))
        .serviceLevelObjectives(BUCKETS)
        .register(meters);
  }

  @Override
  public void close() {
    collections.close();
    meters.close();
  }
}
