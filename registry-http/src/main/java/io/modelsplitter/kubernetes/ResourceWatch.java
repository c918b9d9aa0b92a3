package io.modelsplitter.kubernetes;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import okhttp3.Call;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Follows the objects of one kind: lists them, then watches from the version of the list on. A
 * watch that ends goes on from the last version seen, which bookmarks keep young; one that is too
 * old for the cluster (410) begins with a list again. Whatever goes wrong is tried again until it
 * is closed.
 */
final class ResourceWatch<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceWatch.class);
  private static final int MAX_EVENT = 16 << 20;
  private static final int GONE = 410;

  /** The calls of one kind. */
  interface Source<T> {
    JobObjects.Listed<T> list() throws ApiFailure;

    KubernetesClient.Sends watch(String version);

    /** What matters of an object. */
    T view(Map<String, Object> object);
  }

  /** Who is told. */
  interface Sink<T> {
    /** These are all that there are. */
    void all(List<T> objects);

    void changed(T object);

    void deleted(T object);
  }

  private final String what;
  private final KubernetesClient cluster;
  private final Source<T> source;
  private final Sink<T> sink;
  private final Backoff backoff;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;

  /** From where to go on; null where all must be listed. */
  private @Nullable String version;

  private int failures;
  private volatile @Nullable Call current;

  ResourceWatch(
      String what, KubernetesClient cluster, Source<T> source, Sink<T> sink, Backoff backoff) {
    this.what = what;
    this.cluster = cluster;
    this.source = source;
    this.sink = sink;
    this.backoff = backoff;
    this.thread = new Thread(this::run, "kubernetes-watch-" + what);
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!isClosed()) {
      try {
        String from = version;
        if (from == null) {
          JobObjects.Listed<T> listed = source.list();
          sink.all(listed.items());
          from = listed.version();
          version = from;
        }
        watch(from);
        // One that ends at once, again and again, is none either.
        pause(version != null && version.equals(from) ? failures + 1 : 0);
      } catch (ApiFailure e) {
        if (e.status() == GONE) {
          version = null;
        }
        failed(e);
      } catch (IOException | RuntimeException e) {
        failed(e);
      } catch (InterruptedException e) {
        return; // closed
      } catch (Error e) { // nobody would watch any more, and memory may be free again
        LOG.error("the watch of {} broke off and is tried again", what, e);
        failed(e);
      }
    }
  }

  private void failed(Throwable e) {
    if (!isClosed()) {
      boolean first = failures == 0; // the same thing every half minute helps nobody
      LOG.atLevel(first ? Level.WARN : Level.DEBUG)
          .log("the watch of {} broke off and is tried again: {}", what, Problems.describe(e));
      try {
        pause(failures + 1);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void pause(int failed) throws InterruptedException {
    failures = failed;
    if (failed > 0) {
      backoff.await(failed, closed);
    }
  }

  private void watch(String from) throws ApiFailure, IOException {
    Call call = cluster.ready(source.watch(from));
    current = call;
    if (isClosed()) {
      return;
    }
    try (Response response = cluster.execute(call)) {
      BufferedSource body = response.body().source();
      while (!isClosed() && !body.exhausted()) {
        event(body.readUtf8LineStrict(MAX_EVENT));
      }
    }
  }

  private void event(String line) throws ApiFailure, IOException {
    if (line.isBlank()) {
      return;
    }
    Map<String, Object> event;
    try {
      event = Json.parseObject("an event", line);
    } catch (BadInputException e) {
      throw new IOException("the cluster sends something else than events", e);
    }
    Map<String, Object> object = Fields.object(event, "object");
    switch (String.valueOf(event.get("type"))) {
      case "ADDED", "MODIFIED" -> sink.changed(source.view(object));
      case "DELETED" -> sink.deleted(source.view(object));
      case "ERROR" -> {
        Integer code = Fields.number(object, "code");
        // Any error of a watch, not 410 alone, leaves it open what was missed.
        version = null;
        throw ApiFailure.of(cluster.server(), code == null ? 500 : code, object);
      }
      default -> {} // BOOKMARK, which has a version and nothing else
    }
    String seen = Fields.text(object, "metadata", "resourceVersion");
    if (seen != null) {
      version = seen;
      failures = 0;
    }
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Ends it, in the midst of a call, too. */
  @Override
  public void close() {
    closed.countDown();
    Call call = current;
    if (call != null) {
      call.cancel();
    }
    thread.interrupt();
  }
}
