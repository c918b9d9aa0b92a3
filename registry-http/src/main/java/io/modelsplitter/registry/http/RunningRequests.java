package io.modelsplitter.registry.http;

import io.modelsplitter.registry.Deadline;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests that are being answered: each has its time, a reader that takes too little is cut
 * off, and a server that stops waits for them. Thread-safe.
 *
 * <p>A request runs from when it has arrived until its handler has returned and what it wrote has
 * been taken, or its connection is gone.
 */
final class RunningRequests extends Handler.Wrapper {
  private static final Logger log = LoggerFactory.getLogger(RunningRequests.class);

  /** The least that a reader takes, beyond the time that it may take nothing. */
  private static final long LEAST_BYTES_A_SECOND = 1024;

  private static final long SWEEP_MILLIS = 500;

  private final Limits limits;
  private final Connections connections;
  private final Set<Running> running = new HashSet<>(); // guarded by itself
  private boolean isStopping; // guarded by running
  private volatile Scheduler.@Nullable Task sweep;

  RunningRequests(Limits limits, Connections connections) {
    this.limits = limits;
    this.connections = connections;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    EndPoint socket = Connections.socket(request);
    if (!connections.begin(socket)) {
      refuse(response, callback, "the server has as many connections as it takes");
      return true;
    }
    Running answer = new Running(request, response, socket);
    if (!begin(answer)) {
      connections.end(socket);
      refuse(response, callback, "the server is stopping");
      return true;
    }
    try {
      return Deadline.within(limits.request(), () -> super.handle(request, answer, callback));
    } finally {
      answer.returned();
    }
  }

  private static void refuse(Response response, Callback callback, String why) {
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    JettyErrors.answer(response, callback, HttpStatus.SERVICE_UNAVAILABLE_503, why);
  }

  private boolean begin(Running answer) {
    synchronized (running) {
      return !isStopping && running.add(answer);
    }
  }

  private void end(Running answer) {
    synchronized (running) {
      running.remove(answer);
      running.notifyAll();
    }
    connections.end(answer.socket);
  }

  /**
   * Takes no new connection and no new request, and waits for those that run, as long as they may.
   */
  void stopTaking() {
    synchronized (running) {
      isStopping = true;
    }
    for (Connector connector : getServer().getConnectors()) {
      if (connector instanceof ServerConnector listening) {
        listening.setShutdownIdleTimeout(limits.idle().toMillis());
        var unused = listening.shutdown(); // counts what idles, too
        listening.close();
      }
    }
    int left = await(System.nanoTime() + limits.stop().toNanos());
    if (left > 0) {
      log.warn("{} requests ran longer than stopping may take and are broken off", left);
    }
  }

  /** Answers how many still run at that time, or when this thread is interrupted. */
  private int await(long end) {
    synchronized (running) {
      long left = end - System.nanoTime();
      while (!running.isEmpty() && left > 0) {
        try {
          TimeUnit.NANOSECONDS.timedWait(running, left);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          return running.size();
        }
        left = end - System.nanoTime();
      }
      return running.size();
    }
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    sweepLater();
  }

  @Override
  protected void doStop() throws Exception {
    Scheduler.Task next = sweep;
    if (next != null) {
      next.cancel();
    }
    super.doStop();
  }

  private void sweepLater() {
    sweep = getServer().getScheduler().schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    try {
      connections.closeAllWaiting(limits.idle().plus(limits.request()));
      List<Running> all;
      synchronized (running) {
        all = List.copyOf(running);
      }
      all.forEach(Running::closeIfLate);
    } finally {
      if (isRunning()) {
        sweepLater();
      }
    }
  }

  /** One request's answer. */
  private final class Running extends Response.Wrapper {
    private final EndPoint socket;
    private boolean isHandled;
    private boolean isWriting;
    private long writeEnd;

    Running(Request request, Response response, EndPoint socket) {
      super(request, response);
      this.socket = socket;
    }

    @Override
    public void write(boolean last, ByteBuffer content, Callback callback) {
      int bytes = content == null ? 0 : content.remaining();
      Duration most = limits.idle().plusSeconds(bytes / LEAST_BYTES_A_SECOND);
      synchronized (this) {
        isWriting = true;
        writeEnd = System.nanoTime() + most.toNanos();
      }
      super.write(last, content, new Written(callback));
    }

    private void written() {
      synchronized (this) {
        isWriting = false;
        if (!isHandled) {
          return;
        }
      }
      end(this);
    }

    private void returned() {
      synchronized (this) {
        isHandled = true;
        if (isWriting) {
          return;
        }
      }
      end(this);
    }

    private synchronized boolean isLate() {
      return isWriting && writeEnd - System.nanoTime() < 0;
    }

    void closeIfLate() {
      if (isLate()) {
        socket.close();
      }
    }

    /** First says that it is written, since what waits for it may write again at once. */
    private final class Written extends Callback.Nested {
      Written(Callback callback) {
        super(callback);
      }

      @Override
      public void succeeded() {
        written();
        super.succeeded();
      }

      @Override
      public void failed(Throwable cause) {
        written();
        super.failed(cause);
      }
    }
  }
}
