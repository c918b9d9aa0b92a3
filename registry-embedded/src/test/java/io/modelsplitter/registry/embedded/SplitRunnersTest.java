package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.NewSplitRunner;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Split runners when something goes while they are deployed. */
class SplitRunnersTest {
  private static final String SERVER = "https://c.example.com";

  private final EmbeddedRegistry embedded =
      EmbeddedRegistry.open("jdbc:h2:mem:split-runners", "sa", "");
  private final MemoryDeployer cluster = new MemoryDeployer();

  @AfterEach
  void close() {
    embedded.close();
  }

  private static NewSplitRunner runner(Map<String, Object> metadata) {
    return new NewSplitRunner(
        Map.of("server", SERVER, "token", "t"), "h.example.com", metadata, List.of());
  }

  /** Deploys to the cluster, then something happens. */
  private record Eventful(RunnerDeployer cluster, Runnable event) implements RunnerDeployer {
    @Override
    public void check(NewSplitRunner runner) {
      cluster.check(runner);
    }

    @Override
    public Deployment deploy(String runnerId, NewSplitRunner runner) {
      Deployment deployment = cluster.deploy(runnerId, runner);
      event.run();
      return deployment;
    }

    @Override
    public void undeploy(String runnerId, Map<String, Object> clusterK8sConfig) {
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
    assertThrows(Killed.class, () -> runners.create(wanted));
    assertEquals(1, cluster.running().size());
    cluster.connect(SERVER);
  }

  private void sweep(CredentialsKey key, Duration later) {
    Clock clock = Clock.offset(Clock.systemUTC(), later);
    try (SplitRunners other = new SplitRunners(embedded.splitRunners(), cluster, key, clock)) {
      other.start();
      while (!embedded
          .splitRunners()
          .deploymentsBefore(clock.instant().minus(cluster.longestDeployment()))
          .isEmpty()) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  @Timeout(60)
  void start_takesAwayWhatAnotherServerLeftHalfWay() {
    CredentialsKey key = CredentialsKey.random();
    abandon(key);
    sweep(key, Duration.ofSeconds(30));
    assertEquals(1, cluster.running().size()); // it may still be at it
    sweep(key, Duration.ofMinutes(2));
    assertEquals(Set.of(), cluster.running());
  }

  @Test
  @Timeout(60)
  void start_whereTheClusterStaysAway_givesUpAfterADay() {
    CredentialsKey key = CredentialsKey.random();
    abandon(key);
    cluster.cutOff(SERVER);
    sweep(key, Duration.ofHours(25));
    assertEquals(1, cluster.running().size());
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
