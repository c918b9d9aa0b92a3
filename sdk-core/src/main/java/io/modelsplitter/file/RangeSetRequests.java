package io.modelsplitter.file;

import io.modelsplitter.file.HttpSource.PassingException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import okhttp3.Response;

/**
 * Asks for the spans of a stride, many with one request, and for those that come next before these
 * were read. For one thread.
 */
final class RangeSetRequests {
  /** As many as Apache answers, if nobody told it otherwise, in a line that any server reads. */
  private static final int MAX_RANGES = 200;

  private static final int MAX_LINE = 6_000;

  /** What has come is held in memory until it is read, where a connection carries many answers. */
  private static final long MAX_BYTES = 1 << 20;

  /** How many answers are asked for before they are read. */
  private static final int AHEAD = 3;

  private static final ExecutorService ASKING =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "range-sets");
            thread.setDaemon(true);
            return thread;
          });

  private final RemoteFile file;
  private final Stride stride;
  private final Deque<Asked> ahead = new ArrayDeque<>();

  RangeSetRequests(RemoteFile file, Stride stride) {
    this.file = file;
    this.stride = stride;
  }

  /**
   * Spans that are asked for together.
   *
   * @param ranges the header
   * @param first the first span
   * @param end the span after the last one
   */
  record Batch(String ranges, long first, long end) {}

  private record Asked(Batch batch, Future<Response> answer) {}

  Batch batch(long first, long from) {
    StringBuilder ranges = new StringBuilder("bytes=");
    long end = first;
    long bytes = 0;
    long begin = from;
    while (end < stride.count()
        && (end == first
            || (end - first < MAX_RANGES && ranges.length() < MAX_LINE && bytes < MAX_BYTES))) {
      ranges.append(end == first ? "" : ",").append(begin).append('-').append(stride.end(end) - 1);
      bytes += stride.end(end) - begin;
      end++;
      begin = end < stride.count() ? stride.begin(end) : 0;
    }
    return new Batch(ranges.toString(), first, end);
  }

  /** What was asked for before, if it is this. */
  Response answer(Batch batch) throws PassingException {
    Asked next = ahead.poll();
    if (next == null || !next.batch().equals(batch)) {
      if (next != null) {
        ahead.addFirst(next);
      }
      drop();
      return file.askForSet(batch.ranges());
    }
    try {
      return next.answer().get();
    } catch (InterruptedException e) {
      drop(next);
      Thread.currentThread().interrupt();
      throw file.brokeOff(stride.begin(batch.first()), new IOException("interrupted", e));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PassingException passing) {
        throw passing;
      }
      if (e.getCause() instanceof RuntimeException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  void askAhead(Batch read) {
    Batch last = ahead.isEmpty() ? read : ahead.getLast().batch();
    while (ahead.size() < AHEAD && last.end() < stride.count() - 1) {
      long first = last.end();
      Batch next = batch(first, stride.begin(first));
      if (next.end() - first == 1) { // which needs no set
        return;
      }
      ahead.addLast(new Asked(next, ASKING.submit(() -> file.askForSet(next.ranges()))));
      last = next;
    }
  }

  void drop() {
    ahead.forEach(RangeSetRequests::drop);
    ahead.clear();
  }

  /** Nobody waits for the answer, and nobody leaves it open. */
  private static void drop(Asked asked) {
    ASKING.execute(
        () -> {
          try {
            asked.answer().get().close();
          } catch (ExecutionException e) {
            // there is none
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
