package io.modelsplitter.job;

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
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
 */
public final class SplitRunners implements SplitRunnerRegistry {
  private static final Logger log = LoggerFactory.getLogger(SplitRunners.class);

  private final SplitRunnerRecords records;
  private final @Nullable RunnerDeployer deployer;
  private final @Nullable CredentialsKey key;

  /**
   * @param records where split runners are kept
   * @param deployer what deploys them, or null where there is nothing
   * @param key what their clusters' configs are sealed with, or null where there is none
   */
  public SplitRunners(
      SplitRunnerRecords records, @Nullable RunnerDeployer deployer, @Nullable CredentialsKey key) {
    this.records = records;
    this.deployer = deployer;
    this.key = key;
  }

  @Override
  public Stored<SplitRunner> create(NewSplitRunner runner) {
    String id = UUID.randomUUID().toString();
    records.check(runner.toSplitRunner(id, "http://" + runner.splitRunnerPublicHost()));
    RunnerDeployer deployer = deployer();
    deployer.check(runner);
    CredentialsKey key = key();
    SealedCredentials credentials = key.seal(id, runner.clusterK8sConfig());
    var deployment = deployer.deploy(id, runner);
    try {
      return records.add(runner.toSplitRunner(id, deployment.publicUrl()), credentials);
    } catch (RuntimeException | Error e) {
      takeBack(deployer, id, runner.clusterK8sConfig());
      throw e;
    }
  }

  /** The caller is told why the split runner was not kept; that it was left behind, only a log. */
  private static void takeBack(RunnerDeployer deployer, String id, Map<String, Object> config) {
    try {
      deployer.undeploy(id, config);
    } catch (RuntimeException e) {
      log.error(
          "split runner {} was deployed and not registered, and is still in its cluster: {}",
          id,
          Problems.describe(e));
    }
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
