package io.modelsplitter.kubernetes;

import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.ApiException;
import io.kubernetes.client.openapi.apis.BatchV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Response;

/**
 * The way to one cluster, with what it takes to be let in. Nothing of it is ever shown. Opens no
 * connection before it is used; thread-safe.
 */
public final class KubernetesClient implements AutoCloseable {
  private static final int MAX_ANSWER = 64 << 20;

  /** Of a cluster that anybody may have named; what is asked of one is small. */
  static final int MAX_ANSWER_OF_STRANGERS = 8 << 20;

  private static final Duration CALL = Duration.ofSeconds(60);

  /** How long the server is asked to keep a watch open. */
  static final Duration WATCH = Duration.ofMinutes(4);

  private final ApiClient api;
  private final String server;
  private final int maxAnswer;
  private final Secrets secrets;
  private final OkHttpClient http;
  private final OkHttpClient watching;

  KubernetesClient(ApiClient api) {
    this(api, MAX_ANSWER, Secrets.NONE);
  }

  private KubernetesClient(ApiClient api, int maxAnswer, Secrets secrets) {
    this.api = api;
    this.maxAnswer = maxAnswer;
    this.secrets = secrets;
    this.server = api.getBasePath();
    this.http =
        api.getHttpClient()
            .newBuilder()
            .followRedirects(false)
            .followSslRedirects(false)
            .connectTimeout(Duration.ofSeconds(10))
            .readTimeout(Duration.ofSeconds(30))
            .writeTimeout(Duration.ofSeconds(30))
            .callTimeout(CALL) // a hostile server may send a byte now and then
            .pingInterval(Duration.ofSeconds(20)) // so that a dead connection is known for one
            .build();
    this.watching =
        http.newBuilder().readTimeout(WATCH.plusSeconds(30)).callTimeout(Duration.ZERO).build();
  }

  static KubernetesClient of(OkHttpClient http, String server) {
    return of(http, server, MAX_ANSWER, Secrets.NONE);
  }

  /** Of a server that answers so much at most, and may repeat these secrets. */
  static KubernetesClient of(OkHttpClient http, String server, int maxAnswer, Secrets secrets) {
    ApiClient api = new ApiClient(http);
    api.setBasePath(server.endsWith("/") ? server.substring(0, server.length() - 1) : server);
    return new KubernetesClient(api, maxAnswer, secrets);
  }

  /**
   * {@return the cluster that this process runs in, as the pod's service account} Its token is read
   * again when it changes.
   *
   * @param environment the variables of this process
   * @throws BadInputException when this is no pod, or one without a service account
   */
  public static KubernetesClient inCluster(Map<String, String> environment) {
    return InCluster.client(environment, InCluster.FOLDER);
  }

  /**
   * {@return the current context of the operator's own kubeconfig file, which is trusted: it may
   * name programs and files} Nothing that a client sent may come here.
   *
   * @param file an existing file
   * @throws BadInputException when the file cannot be read, or is none
   */
  public static KubernetesClient fromOperatorFile(Path file) {
    return OperatorFile.client(file);
  }

  /**
   * The current context of a kubeconfig that somebody sent. It is read by hand: no program is run,
   * no file opened, no redirect followed, and the address that was checked is the one that is
   * called.
   *
   * @param kubeconfig the object, as JSON gives it
   * @param allowLocalAddresses whether the cluster may be this machine or its network's own
   * @return the client; nothing is sent yet
   * @throws BadInputException names every key that is refused by its path; the keys of the whole
   *     object are checked before anything in it is looked at
   * @throws io.modelsplitter.error.UnavailableException when the server's name is not known
   */
  static KubernetesClient fromKubeconfig(
      Map<String, Object> kubeconfig, boolean allowLocalAddresses) {
    return Kubeconfig.parse(kubeconfig).client(allowLocalAddresses, Secrets.of(kubeconfig));
  }

  /** Makes a call ready, with one of the API classes. */
  interface Sends {
    Call with(ApiClient api) throws ApiException;
  }

  /** As {@link Sends}, for Jobs. */
  static Sends batch(BatchCall call) {
    return api -> call.with(new BatchV1Api(api));
  }

  /** As {@link Sends}, for what is not a Job. */
  static Sends core(CoreCall call) {
    return api -> call.with(new CoreV1Api(api));
  }

  interface BatchCall {
    Call with(BatchV1Api api) throws ApiException;
  }

  interface CoreCall {
    Call with(CoreV1Api api) throws ApiException;
  }

  /** Sends, and reads the object that is answered. */
  Map<String, Object> call(Sends sends) throws ApiFailure {
    try (Response response = execute(ready(http, sends))) {
      byte[] body = response.body().byteStream().readNBytes(maxAnswer + 1);
      if (body.length > maxAnswer) {
        throw new IOException("it answers with more than " + maxAnswer + " bytes");
      }
      return Json.parseObject("the answer of the cluster", body);
    } catch (IOException | BadInputException e) {
      throw ApiFailure.unreachable(server, e, secrets);
    }
  }

  /** A call whose answer is read while it comes. */
  Call ready(Sends sends) throws ApiFailure {
    return ready(watching, sends);
  }

  private Call ready(OkHttpClient with, Sends sends) throws ApiFailure {
    try {
      return with.newCall(Sparse.of(sends.with(api).request()));
    } catch (ApiException | IOException e) { // before anything was sent
      throw ApiFailure.unreachable(server, e, secrets);
    }
  }

  /** Sends; answers when the status is known to be a good one. To be closed. */
  Response execute(Call call) throws ApiFailure {
    Response response = null;
    try {
      response = call.execute();
      if (response.isSuccessful()) {
        Response good = response;
        response = null;
        return good;
      }
      byte[] body = response.peekBody(1 << 20).bytes();
      throw ApiFailure.of(server, response.code(), ApiFailure.read(body), secrets);
    } catch (IOException e) {
      throw ApiFailure.unreachable(server, e, secrets);
    } finally {
      if (response != null) {
        response.close();
      }
    }
  }

  String server() {
    return server;
  }

  /** What its answers must not show. */
  Secrets secrets() {
    return secrets;
  }

  /** Closes the connections. */
  @Override
  public void close() {
    http.dispatcher().cancelAll();
    watching.dispatcher().cancelAll();
    http.connectionPool().evictAll();
  }

  @Override
  public String toString() {
    return "KubernetesClient[" + server + "]";
  }
}
