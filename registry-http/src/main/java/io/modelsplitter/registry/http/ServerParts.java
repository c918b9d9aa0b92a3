package io.modelsplitter.registry.http;

import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.job.SplitRunners;
import io.modelsplitter.registry.embedded.EmbeddedRegistry;
import org.jspecify.annotations.Nullable;

/** What a running server is made of, as far as it has been opened. */
final class ServerParts implements AutoCloseable {
  volatile @Nullable EmbeddedRegistry registry;
  volatile @Nullable SplitRunners splitRunners;
  volatile @Nullable SplitJobs jobs;
  volatile @Nullable RegistryServer server;
  private boolean isClosed;

  /**
   * The server first, so that nothing new begins; what it stands on when nothing runs any more. A
   * second call waits for the first.
   */
  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    RegistryServer listening = server;
    if (listening != null) {
      listening.close();
    }
    SplitJobs running = jobs;
    if (running != null) {
      running.close();
    }
    SplitRunners runners = splitRunners;
    if (runners != null) {
      runners.close();
    }
    EmbeddedRegistry open = registry;
    if (open != null) {
      open.close();
    }
  }
}
