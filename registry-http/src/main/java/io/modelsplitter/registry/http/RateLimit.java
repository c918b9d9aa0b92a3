package io.modelsplitter.registry.http;

import io.javalin.http.HttpResponseException;
import io.modelsplitter.error.BadInputException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * So many requests a second for each token, as many at once after a second of rest; more is 429. A
 * bucket per token, which is filled as time goes by. Thread-safe.
 */
final class RateLimit {
  private static final int MANY_BUCKETS = 10_000;
  private static final double SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private final ConcurrentMap<String, Bucket> buckets = new ConcurrentHashMap<>();

  /** How full a bucket was, and when. */
  private record Bucket(double left, long nanos, boolean taken) {}

  RateLimit(int perSecond) {
    if (perSecond < 1) {
      throw new BadInputException("--rate-limit must be at least 1, not " + perSecond);
    }
    this.perSecond = perSecond;
  }

  /** Takes one request from the bucket of this token, or stops it. */
  void take(String token) {
    long now = System.nanoTime();
    if (buckets.size() > MANY_BUCKETS) {
      buckets.values().removeIf(bucket -> refilled(bucket, now) >= perSecond); // as good as new
    }
    Bucket after =
        buckets.compute(
            token,
            (unused, before) -> {
              double left = before == null ? perSecond : refilled(before, now);
              return left >= 1 ? new Bucket(left - 1, now, true) : new Bucket(left, now, false);
            });
    if (!after.taken()) {
      throw new HttpResponseException(
          429, "this token has had its " + perSecond + " requests a second; wait a moment");
    }
  }

  private double refilled(Bucket bucket, long now) {
    return Math.min(perSecond, bucket.left() + (now - bucket.nanos()) / SECOND * perSecond);
  }
}
