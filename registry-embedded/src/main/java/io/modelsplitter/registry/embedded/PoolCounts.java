package io.modelsplitter.registry.embedded;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** Counts how long connections are waited for. Thread-safe. */
final class PoolCounts implements IMetricsTracker {
  private final LongAdder acquired = new LongAdder();
  private final LongAdder awaitedNanos = new LongAdder();
  private final LongAdder timeouts = new LongAdder();

  @Override
  public void recordConnectionAcquiredNanos(long nanos) {
    acquired.increment();
    awaitedNanos.add(nanos);
  }

  @Override
  public void recordConnectionTimeout() {
    timeouts.increment();
  }

  RegistryStatistics.Connections connections(HikariDataSource source) {
    HikariPoolMXBean pool = source.getHikariPoolMXBean();
    return new RegistryStatistics.Connections(
        pool.getActiveConnections(),
        pool.getIdleConnections(),
        pool.getThreadsAwaitingConnection(),
        source.getMaximumPoolSize(),
        acquired.sum(),
        Duration.ofNanos(awaitedNanos.sum()),
        timeouts.sum());
  }
}
