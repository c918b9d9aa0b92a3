package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.RunnerDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.NewSplitRunner;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

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
