package io.modelsplitter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The threads of a test that get in each other's way. */
public final class Threads {

  private Threads() {}

  /**
   * Runs each piece of work in a thread of its own; none begins before all are there.
   *
   * @param work what the threads do
   * @return what each of them answered, in the order of the work
   * @throws Exception what one of them threw, as the cause
   */
  public static <T> List<T> runAll(List<? extends Callable<? extends T>> work) throws Exception {
    CyclicBarrier together = new CyclicBarrier(work.size());
    ExecutorService threads = Executors.newFixedThreadPool(work.size());
    try {
      List<Future<T>> running = new ArrayList<>();
      for (Callable<? extends T> each : work) {
        running.add(
            threads.submit(
                () -> {
                  together.await();
                  return each.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : running) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
