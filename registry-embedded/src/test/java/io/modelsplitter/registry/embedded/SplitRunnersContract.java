package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.Await;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.NewSplitRunner;
import io.modelsplitter.registry.SplitRunnerRecords;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Split runners when something goes while they are deployed. */
abstract class SplitRunnersContract {
  private static final String SERVER = "https://c.example.com";

  private final MemoryDeployer cluster = new MemoryDeployer();
  private EmbeddedRegistry embedded;

  /** New, empty registries. */
  protected abstract EmbeddedRegistry newRegistry();

  @BeforeEach
  void open() {
    embedded = newRegistry();
  }

  @AfterEach
  void close() {
    embedded.close();
  }

  private static NewSplitRunner runner(Map<String, Object> metadata) {
    return new NewSplitRunner(
        Map.of("server", SERVER, "token", "t"), "h.example.com", metadata, List.of());
  }

  /** A cluster, and what happens after it deployed and before it takes something away. */
  private record Eventful(RunnerDeployer cluster, Runnable deployed, Runnable undeploys)
      implements RunnerDeployer {
    Eventful(RunnerDeployer cluster, Runnable deployed) {
      this(cluster, deployed, () -> {});
    }

    @Override
    public void check(NewSplitRunner runner) {
      cluster.check(runner);
    }

    @Override
    public Deployment deploy(String runnerId, NewSplitRunner runner) {
      Deployment deployment = cluster.deploy(runnerId, runner);
      deployed.run();
      return deployment;
    }

    @Override
    public void undeploy(String runnerId, Map<String, Object> clusterK8sConfig) {
      undeploys.run();
      cluster.undeploy(runnerId, clusterK8sConfig);
    }

    @Override
    public Duration longestDeployment() {
      return cluster.longestDeployment();
    }
  }

  private SplitRunners runners(Runnable event) {
    return new SplitRunners(
        embedded.splitRunners(), new Eventful(cluster, event), CredentialsKey.random());
  }

  @Test
  void create_whereTheDatabaseGoes_takesTheRunnerAway() {
    int[] deployed = {0};
    SplitRunners runners =
        runners(
            () -> {
              deployed[0] = cluster.running().size();
              embedded.close();
            });
    NewSplitRunner wanted = runner(Map.of());
    assertThrows(UnavailableException.class, () -> runners.create(wanted));
    assertEquals(1, deployed[0]);
    assertEquals(Set.of(), cluster.running());
  }

  @Test
  void create_whereTheDatabaseAndTheClusterGo_saysWhatBecameOfTheRecord() {
    SplitRunners runners =
        runners(
            () -> {
              embedded.close();
              cluster.cutOff(SERVER);
            });
    NewSplitRunner wanted = runner(Map.of());
    UnavailableException e = assertThrows(UnavailableException.class, () -> runners.create(wanted));
    assertTrue(String.valueOf(e.getMessage()).contains("database"), e::getMessage);
    assertEquals(1, cluster.running().size());
  }

  /** As a server that was killed, the database and the cluster go on. */
  private void abandon(CredentialsKey key) {
    class Killed extends Error {
      private static final long serialVersionUID = 1L;
    }
    Eventful killed =
        new Eventful(
            cluster,
            () -> {
              cluster.cutOff(SERVER);
              throw new Killed();
            });
    SplitRunners runners = new SplitRunners(embedded.splitRunners(), killed, key);
    NewSplitRunner wanted = runner(Map.of());
    int before = cluster.running().size();
    assertThrows(Killed.class, () -> runners.create(wanted));
    assertEquals(before + 1, cluster.running().size());
    cluster.connect(SERVER);
  }

  /** Another server that looks for what was left half-way. */
  private final class Sweep implements AutoCloseable {
    private final CompletableFuture<Map<?, ?>> found = new CompletableFuture<>();
    private final SplitRunners runners;

    /**
     * Begins to look.
     *
     * @param later how long after now
     * @param deployer what it takes them away with
     * @param fails whether noting the end of a deployment fails, asked each time
     */
    Sweep(CredentialsKey key, Duration later, RunnerDeployer deployer, BooleanSupplier fails) {
      SplitRunnerRecords records =
          WatchedRecords.of(
              embedded.splitRunners(),
              method -> {
                if (method.equals("endDeployment") && fails.getAsBoolean()) {
                  throw new UnavailableException("the database is away for a moment", null);
                }
              },
              (method, answer) -> {
                if (method.equals("deploymentsBefore") && answer instanceof Map<?, ?> deployments) {
                  found.complete(deployments);
                }
              });
      runners = new SplitRunners(records, deployer, key, Clock.offset(Clock.systemUTC(), later));
      runners.start();
    }

    Sweep(CredentialsKey key, Duration later) {
      this(key, later, cluster, () -> false);
    }

    /** How many deployments it found. */
    int found() throws Exception {
      return found.get(1, TimeUnit.MINUTES).size();
    }

    @Override
    public void close() {
      runners.close();
    }
  }

  private int deployments() {
    return embedded.splitRunners().deploymentsBefore(Instant.now().plusSeconds(60)).size();
  }

  private void awaitDeployments(int count) {
    Await.until(() -> deployments() == count, count + " deployments are noted");
  }

  @Test
  void start_takesAwayWhatAnotherServerLeftHalfWay() throws Exception {
    CredentialsKey key = CredentialsKey.random();
    abandon(key);
    try (Sweep sweep = new Sweep(key, Duration.ofSeconds(30))) {
      assertEquals(0, sweep.found()); // the other one may still be at it
    }
    assertEquals(1, cluster.running().size());
    try (Sweep sweep = new Sweep(key, Duration.ofMinutes(2))) {
      assertEquals(1, sweep.found());
      awaitDeployments(0);
    }
    assertEquals(Set.of(), cluster.running());
  }

  @Test
  void start_whereTheClusterStaysAway_givesUpAfterADay() throws Exception {
    CredentialsKey key = CredentialsKey.random();
    abandon(key);
    cluster.cutOff(SERVER);
    try (Sweep sweep = new Sweep(key, Duration.ofHours(25))) {
      assertEquals(1, sweep.found());
      awaitDeployments(0);
    }
    assertEquals(1, cluster.running().size());
  }

  @Test
  void start_whereOneCannotBeTakenAway_goesOnWithTheOthers() throws Exception {
    CredentialsKey key = CredentialsKey.random();
    for (int i = 0; i < 3; i++) {
      abandon(key);
    }
    AtomicInteger calls = new AtomicInteger();
    Eventful broken =
        new Eventful(
            cluster,
            () -> {},
            () -> {
              if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("nobody foresaw this");
              }
            });
    try (Sweep sweep = new Sweep(key, Duration.ofMinutes(2), broken, () -> false)) {
      assertEquals(3, sweep.found());
      awaitDeployments(1);
    }
    assertEquals(1, cluster.running().size());

    calls.set(0);
    try (Sweep sweep = new Sweep(key, Duration.ofHours(25), broken, () -> false)) {
      assertEquals(1, sweep.found());
      awaitDeployments(0); // given up
    }
    assertEquals(1, cluster.running().size());
  }

  @Test
  void start_whereTheEndCannotBeNoted_goesOnWithTheOthers() throws Exception {
    CredentialsKey key = CredentialsKey.random();
    for (int i = 0; i < 3; i++) {
      abandon(key);
    }
    AtomicInteger calls = new AtomicInteger();
    BooleanSupplier first = () -> calls.getAndIncrement() == 0;
    try (Sweep sweep = new Sweep(key, Duration.ofMinutes(2), cluster, first)) {
      assertEquals(3, sweep.found());
      awaitDeployments(1);
    }
    assertEquals(Set.of(), cluster.running());
    try (Sweep sweep = new Sweep(key, Duration.ofMinutes(2))) {
      assertEquals(1, sweep.found());
      awaitDeployments(0);
    }
  }

  @Test
  void create_whoseDeploymentWasGivenUp_isNotRegistered() {
    SplitRunners runners =
        runners(
            () ->
                embedded
                    .splitRunners()
                    .deploymentsBefore(Instant.now().plusSeconds(60))
                    .keySet()
                    .forEach(embedded.splitRunners()::endDeployment));
    NewSplitRunner wanted = runner(Map.of());
    assertThrows(ConflictException.class, () -> runners.create(wanted));
    assertEquals(Set.of(), cluster.running());
    assertEquals(List.of(), runners.query(Filter.all()));
  }

  @Test
  void create_tooLargeToBeKept_isRefusedBeforeItIsDeployed() {
    Map<String, Object> metadata = new HashMap<>();
    for (int i = 0; i < 100_001; i++) {
      metadata.put("k" + i, i);
    }
    SplitRunners runners =
        runners(
            () -> {
              throw new AssertionError("was deployed");
            });
    NewSplitRunner wanted = runner(metadata);
    assertThrows(BadInputException.class, () -> runners.create(wanted));
  }
}
