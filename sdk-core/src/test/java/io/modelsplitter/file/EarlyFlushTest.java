package io.modelsplitter.file;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyFlushTest {
  @TempDir Path folder;

  /** A flush of a channel that is closed fails, which nobody hears of where there was none. */
  private EarlyFlush ofAClosedChannel() throws IOException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.close();
    return new EarlyFlush(channel);
  }

  @Test
  void written_lessThanIsWorthIt_flushesNothing() throws IOException {
    EarlyFlush early = ofAClosedChannel();
    early.written((32 << 20) - 1);
    early.end();
  }

  @Test
  void written_enoughInPieces_isFlushedWhileMoreIsWritten() throws IOException {
    EarlyFlush early = ofAClosedChannel();
    early.written((32 << 20) - 1);
    early.written(1);
    assertThrows(ClosedChannelException.class, early::end);
  }

  @Test
  void end_interrupted_waitsAllTheSame() throws IOException {
    EarlyFlush early = ofAClosedChannel();
    early.written(32 << 20);
    Thread.currentThread().interrupt();
    assertThrows(ClosedChannelException.class, early::end);
    assertTrue(Thread.interrupted());
  }
}
