import io.modelsplitter.job.CredentialsKey;
import io.modelsplitter.job.MemoryDeployer;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import io.modelsplitter.registry.http.RegistryServer;

/** A server whose split runners are deployed without a cluster. */
final class RunnerServer {
  public static void main(String[] args) {
    EmbeddedRegistry registry = EmbeddedRegistry.inMemory();
    SplitRunners runners =
        new SplitRunners(registry.splitRunners(), new MemoryDeployer(), CredentialsKey.random());
    RegistryServer server =
        RegistryServer.builder().registries(registry).splitRunners(runners).start();
    System.out.println("listening on " + server.url());
  }
}
