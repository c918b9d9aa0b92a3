package io.modelsplitter.job;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.SealedCredentials;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRecords;
import io.modelsplitter.registry.SplitRunnerRegistry;
import io.modelsplitter.registry.Stored;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The split runners registry: deploys what is created, keeps its cluster's config sealed, and takes
 * away what is deleted. Thread-safe.
 *
 * <p>Without a deployer or a key it still answers for what is registered; creating and deleting
 * then throw {@link UnavailableException}, after everything that a client can mend was checked.
 *
 * <p>A deployment is noted before it begins, so that one whose server was killed half-way is taken
 * away later, by any server on the same records that was {@link #start}ed.
 */
public final class SplitRunners implements SplitRunnerRegistry, AutoCloseable {
  private static final long SWEEP_SECONDS = 600;

  /** A cluster that was away for so long does not come back. */
  private static final Duration GIVE_UP = Duration.ofDays(1);

  private static final Logger log = LoggerFactory.getLogger(SplitRunners.class);

  private final SplitRunnerRecords records;
  private final @Nullable RunnerDeployer deployer;
  private final @Nullable CredentialsKey key;
  private final Clock clock;
  private final ScheduledThreadPoolExecutor sweeper;

  /**
   * @param records where split runners are kept
   * @param deployer what deploys them, or null where there is nothing
   * @param key what their clusters' configs are sealed with, or null where there is none
   */
  public SplitRunners(
      SplitRunnerRecords records, @Nullable RunnerDeployer deployer, @Nullable CredentialsKey key) {
    this(records, deployer, key, Clock.systemUTC());
  }

  /**
   * As {@link #SplitRunners(SplitRunnerRecords, RunnerDeployer, CredentialsKey)}.
   *
   * @param records where split runners are kept
   * @param deployer what deploys them; null where none can be deployed
   * @param key seals the clusters' configs; null where none is deployed
   * @param clock what tells whether a deployment is one that nobody finishes
   */
  public SplitRunners(
      SplitRunnerRecords records,
      @Nullable RunnerDeployer deployer,
      @Nullable CredentialsKey key,
      Clock clock) {
    this.records = records;
    this.deployer = deployer;
    this.key = key;
    this.clock = clock;
    this.sweeper =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "split-runners");
              thread.setDaemon(true);
              return thread;
            });
  }

  @Override
  public Stored<SplitRunner> create(NewSplitRunner runner) {
    String id = UUID.randomUUID().toString();
    records.check(runner.toSplitRunner(id, "http://" + runner.splitRunnerPublicHost()));
    RunnerDeployer deployer = deployer();
    deployer.check(runner);
    CredentialsKey key = key();
    SealedCredentials credentials = key.seal(id, runner.clusterK8sConfig());
    records.beginDeployment(id, credentials);
    try {
      var deployment = deployer.deploy(id, runner);
      return records.add(runner.toSplitRunner(id, deployment.publicUrl()), credentials);
    } catch (RuntimeException | Error e) {
      takeBack(deployer, id, runner.clusterK8sConfig());
      throw e;
    }
  }

  /** The caller is told why there is no split runner; that some of it is left, only a log. */
  private void takeBack(RunnerDeployer deployer, String id, Map<String, Object> config) {
    try {
      deployer.undeploy(id, config);
      records.endDeployment(id);
    } catch (RuntimeException e) {
      log.warn(
          "split runner {} is not registered, and what was deployed of it may still be in its"
              + " cluster; that is looked at again later: {}",
          id,
          Problems.describe(e));
    }
  }

  /** Looks every ten minutes for deployments that nobody finishes, and takes them away. */
  public void start() {
    Future<?> unused =
        sweeper.scheduleWithFixedDelay(this::removeAbandoned, 0, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  private void removeAbandoned() {
    if (deployer == null || key == null) {
      return;
    }
    try {
      Instant now = clock.instant();
      records
          .deploymentsBefore(now.minus(deployer.longestDeployment()))
          .forEach((id, deployment) -> removeAbandoned(id, deployment, now));
    } catch (ModelSplitterException e) {
      log.warn("deployments that stopped half-way cannot be looked for: {}", e.getMessage());
    } catch (RuntimeException e) {
      log.error("deployments that stopped half-way cannot be looked for", e);
    }
  }

  /** Whatever becomes of one, the next one is looked at. */
  private void removeAbandoned(String id, SplitRunnerRecords.Deployment deployment, Instant now) {
    try {
      deployer().undeploy(id, key().open(id, deployment.credentials()));
      log.info("split runner {}, whose deployment stopped half-way, is taken away", id);
    } catch (RuntimeException e) {
      boolean isOver = !deployment.since().isAfter(now.minus(GIVE_UP));
      String what = isOver ? "what is left of it stays" : "it cannot be taken away yet";
      if (!(e instanceof ModelSplitterException)) { // nobody foresaw it
        log.error("split runner {}: {}", id, what, e);
      } else if (isOver) {
        log.error("split runner {}: {}: {}", id, what, Problems.describe(e));
      } else {
        log.info("split runner {}: {}: {}", id, what, Problems.describe(e));
      }
      if (!isOver) {
        return;
      }
    }
    try {
      records.endDeployment(id);
    } catch (RuntimeException e) {
      log.warn("split runner {} is looked at again later: {}", id, Problems.describe(e));
    }
  }

  /** Ends the looking; the records stay open. */
  @Override
  public void close() {
    sweeper.shutdownNow();
  }

  @Override
  public Stored<SplitRunner> get(String splitRunnerId) {
    return records.get(splitRunnerId);
  }

  @Override
  public Stored<SplitRunner> update(String splitRunnerId, Update update) {
    return records.update(splitRunnerId, update);
  }

  @Override
  public Stored<SplitRunner> update(String splitRunnerId, Update update, long version) {
    return records.update(splitRunnerId, update, version);
  }

  @Override
  public void delete(String splitRunnerId) {
    SealedCredentials credentials = records.credentials(splitRunnerId);
    RunnerDeployer deployer = deployer();
    deployer.undeploy(splitRunnerId, key().open(splitRunnerId, credentials));
    records.delete(splitRunnerId);
  }

  @Override
  public void forget(String splitRunnerId) {
    try {
      delete(splitRunnerId);
    } catch (NotFoundException | ConflictException e) {
      throw e;
    } catch (ModelSplitterException e) {
      records.delete(splitRunnerId);
      log.warn(
          "split runner {} is forgotten, and may still be in its cluster: {}",
          splitRunnerId,
          Problems.describe(e));
    }
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super SplitRunner> action) {
    return records.query(query, action);
  }

  @Override
  public Explanation explain(Query query) {
    return records.explain(query);
  }

  private RunnerDeployer deployer() {
    if (deployer == null) {
      throw new UnavailableException("no runner deployer configured", null);
    }
    return deployer;
  }

  private CredentialsKey key() {
    if (key == null) {
      throw new UnavailableException(
          "no credentials key configured: the server needs --credentials-key-file to keep the"
              + " credentials of clusters",
          null);
    }
    return key;
  }
}
