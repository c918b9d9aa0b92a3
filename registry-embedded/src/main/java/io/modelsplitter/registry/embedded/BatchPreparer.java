package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.UnavailableException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes batches of a list, each of them while the one before it is being stored. For one thread.
 *
 * @param <V> what the list holds
 * @param <T> what a row holds
 */
final class BatchPreparer<V, T> {
  private final List<V> values;
  private final BiConsumer<V, DocumentBatch<T>> add;
  private @Nullable CompletableFuture<Slice<V, T>> next;

  /**
   * @param add adds a value to a batch
   */
  BatchPreparer(List<V> values, BiConsumer<V, DocumentBatch<T>> add) {
    this.values = values;
    this.add = add;
  }

  /** A part of the list and the batch that was made of it. */
  record Slice<V, T>(List<V> values, DocumentBatch<T> batch, int end) {}

  /** The next part of the list, or null after the last one. */
  @Nullable Slice<V, T> next(int from) {
    if (from == values.size()) {
      return null;
    }
    Slice<V, T> slice = next == null ? prepare(from) : join(next);
    next =
        slice.end() == values.size()
            ? null
            : CompletableFuture.supplyAsync(() -> prepare(slice.end()));
    return slice;
  }

  private Slice<V, T> prepare(int from) {
    DocumentBatch<T> batch = new DocumentBatch<>();
    int end = from;
    while (end < values.size() && !batch.isFull()) {
      add.accept(values.get(end++), batch);
    }
    batch.sort();
    return new Slice<>(values.subList(from, end), batch, end);
  }

  private static <S> S join(CompletableFuture<S> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while many records were stored", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
