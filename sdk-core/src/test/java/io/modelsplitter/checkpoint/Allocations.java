package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How much a thread allocates, which a lying file must not make large. */
final class Allocations {

  /**
   * What reading a file of any kind takes, parsers, messages and classes that are loaded meanwhile
   * included; far less than what lying lengths ask for.
   */
  private static final long LEAST = 8 << 20;

  /** Objects are larger than what stands for them in a file. */
  private static final long RATIO = 64;

  private Allocations() {}

  /** Runs the work, which may not allocate more than a file of this size can give reason for. */
  static void assertFew(long fileBytes, Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(
        bytes < LEAST + RATIO * fileBytes,
        () -> "a file of %d bytes made it allocate %d".formatted(fileBytes, bytes));
  }
}
