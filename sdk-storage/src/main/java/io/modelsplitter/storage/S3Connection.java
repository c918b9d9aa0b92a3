package io.modelsplitter.storage;

import io.minio.MinioAsyncClient;
import io.minio.MinioClient;
import java.util.concurrent.Executors;
import okhttp3.Dispatcher;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The way to an S3 server. Opens no connection before it is used; thread-safe.
 *
 * @param http what the two clients send with
 * @param client for one request at a time
 * @param parts for the parts of a large file, side by side
 * @param connections how many parts travel at once
 * @param endpoint the server, or null for AWS
 * @param region the region
 */
record S3Connection(
    OkHttpClient http,
    MinioClient client,
    MinioAsyncClient parts,
    int connections,
    @Nullable HttpUrl endpoint,
    String region) {

  /** The name of the threads that send. */
  static final String THREADS = "s3-transfer";

  /** Its threads do not keep a program alive that has nothing else to do. */
  static Dispatcher dispatcher(int connections) {
    Dispatcher dispatcher =
        new Dispatcher(Executors.newCachedThreadPool(task -> daemon(task, THREADS)));
    dispatcher.setMaxRequestsPerHost(Math.max(5, connections));
    return dispatcher;
  }

  static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
