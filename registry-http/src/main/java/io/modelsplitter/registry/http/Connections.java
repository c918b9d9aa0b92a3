package io.modelsplitter.registry.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a server: so many at once, and none that waits for ever.
 *
 * <p>A connection waits from when it was opened, or had its last answer, until its next request has
 * arrived, however much of it is there. Beyond the limit a new connection takes the place of the
 * one that waits longest. Where none waits, since the requests of all are being answered, the new
 * one may say what it wants and is told to come again. Thread-safe.
 */
final class Connections implements Connection.Listener {
  /** So many at once are told to come again; that takes no longer than they need to ask. */
  private static final int MOST_REFUSED = 128;

  private final int most;
  private final Map<EndPoint, Long> waiting = new LinkedHashMap<>(); // since when, longest first
  private final Map<EndPoint, Integer> answered = new HashMap<>(); // of how many requests
  private final Map<EndPoint, Long> refused = new LinkedHashMap<>(); // since when, longest first

  /** How much may have to be held of the bodies that arrive, longest first. */
  private final Map<EndPoint, Integer> arriving = new LinkedHashMap<>();

  private final long mostArriving;
  private long arrivingBytes;

  Connections(Limits limits) {
    this.most = limits.connections();
    this.mostArriving = limits.arrivingBytes();
  }

  /** What a request came over: the connection below TLS. */
  static EndPoint socket(Request request) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    return endPoint instanceof EndPoint.Wrapper wrapper ? wrapper.unwrap() : endPoint;
  }

  @Override
  public void onOpened(Connection connection) {
    EndPoint socket = connection.getEndPoint();
    if (socket instanceof EndPoint.Wrapper) {
      return; // what TLS carries; its own connection was counted
    }
    EndPoint victim = opened(socket);
    if (victim != null) {
      victim.close();
    }
  }

  /** Counts a new connection; answers the one that has to go for it. */
  private synchronized @Nullable EndPoint opened(EndPoint socket) {
    if (waiting.size() + answered.size() < most) {
      waiting.put(socket, System.nanoTime());
      return null;
    }
    EndPoint victim = removeLongest(waiting);
    if (victim != null) {
      waiting.put(socket, System.nanoTime());
      return victim;
    }
    victim = refused.size() < MOST_REFUSED ? null : removeLongest(refused);
    refused.put(socket, System.nanoTime());
    return victim;
  }

  private static @Nullable EndPoint removeLongest(Map<EndPoint, Long> since) {
    Iterator<EndPoint> sockets = since.keySet().iterator();
    if (!sockets.hasNext()) {
      return null;
    }
    EndPoint longest = sockets.next();
    sockets.remove();
    return longest;
  }

  @Override
  public synchronized void onClosed(Connection connection) {
    EndPoint socket = connection.getEndPoint();
    waiting.remove(socket);
    answered.remove(socket);
    refused.remove(socket);
    noLongerArrives(socket);
  }

  /** A body is about to arrive; those that arrive longest go when all may be too much to hold. */
  void arrives(EndPoint socket, int mostBytes) {
    List<EndPoint> victims = new ArrayList<>();
    synchronized (this) {
      noLongerArrives(socket);
      while (!arriving.isEmpty() && arrivingBytes + mostBytes > mostArriving) {
        EndPoint victim = arriving.keySet().iterator().next();
        noLongerArrives(victim);
        waiting.remove(victim);
        victims.add(victim);
      }
      arriving.put(socket, mostBytes);
      arrivingBytes += mostBytes;
    }
    victims.forEach(EndPoint::close);
  }

  private void noLongerArrives(EndPoint socket) {
    Integer bytes = arriving.remove(socket);
    arrivingBytes -= bytes == null ? 0 : bytes;
  }

  /**
   * A request has arrived; answers whether it may be answered. The one before it may not have been
   * told to be at its end.
   */
  synchronized boolean begin(EndPoint socket) {
    noLongerArrives(socket);
    boolean mayBe = waiting.remove(socket) != null || answered.containsKey(socket);
    if (mayBe) {
      answered.merge(socket, 1, Integer::sum);
    }
    return mayBe;
  }

  /** A request is answered, and the connection waits for the next one. */
  synchronized void end(EndPoint socket) {
    Integer left = answered.computeIfPresent(socket, (unused, count) -> count - 1);
    if (left != null && left == 0) { // else it was closed
      answered.remove(socket);
      waiting.put(socket, System.nanoTime());
    }
  }

  /** Closes those that have waited so long, whether or not they send something now and then. */
  void closeAllWaiting(Duration longest) {
    List<EndPoint> late = new ArrayList<>();
    long begin = System.nanoTime() - longest.toNanos();
    synchronized (this) {
      removeLate(waiting, begin, late);
      removeLate(refused, begin, late);
    }
    late.forEach(EndPoint::close);
  }

  private static void removeLate(Map<EndPoint, Long> since, long begin, List<EndPoint> late) {
    Iterator<Map.Entry<EndPoint, Long>> entries = since.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<EndPoint, Long> entry = entries.next();
      if (entry.getValue() - begin > 0) {
        return; // and so are all that follow
      }
      late.add(entry.getKey());
      entries.remove();
    }
  }
}
