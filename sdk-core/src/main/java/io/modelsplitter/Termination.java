package io.modelsplitter;

/**
 * Hears that the process is told to end (SIGTERM, SIGINT, {@link System#exit}) while it listens,
 * and ends the attempt before the process does.
 */
final class Termination {
  private final Thread hook;

  private Termination(Thread hook) {
    this.hook = hook;
  }

  /** Listens until it is closed. */
  static Termination endsAttempt(Attempt attempt) {
    Thread hook = new Thread(attempt::terminate, "model-splitter-termination");
    Runtime.getRuntime().addShutdownHook(hook);
    return new Termination(hook);
  }

  /** Listens no more. */
  void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the process is ending, and the hook is running
    }
  }
}
