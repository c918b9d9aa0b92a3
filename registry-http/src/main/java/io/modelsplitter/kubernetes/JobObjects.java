package io.modelsplitter.kubernetes;

import io.kubernetes.client.custom.V1Patch;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** The objects of split jobs in one namespace, and the calls that make, read and remove them. */
final class JobObjects {
  private static final int PAGE = 100;

  private final KubernetesClient cluster;
  private final String namespace;

  JobObjects(KubernetesClient cluster, String namespace) {
    this.cluster = cluster;
    this.namespace = namespace;
  }

  JobView create(V1Job job) throws ApiFailure {
    return JobView.of(
        cluster.call(
            KubernetesClient.batch(
                api -> api.createNamespacedJob(namespace, job).buildCall(null))));
  }

  void create(V1PersistentVolumeClaim claim) throws ApiFailure {
    cluster.call(
        KubernetesClient.core(
            api -> api.createNamespacedPersistentVolumeClaim(namespace, claim).buildCall(null)));
  }

  void create(V1ConfigMap map) throws ApiFailure {
    cluster.call(
        KubernetesClient.core(
            api -> api.createNamespacedConfigMap(namespace, map).buildCall(null)));
  }

  void begin(String job) throws ApiFailure {
    V1Patch patch = new V1Patch("{\"spec\":{\"suspend\":false}}");
    cluster.call(
        KubernetesClient.batch(
            api -> api.patchNamespacedJob(job, namespace, patch).buildCall(null)));
  }

  /** The Job of a name, or null. */
  @Nullable JobView job(String name) throws ApiFailure {
    try {
      return JobView.of(
          cluster.call(
              KubernetesClient.batch(
                  api -> api.readNamespacedJob(name, namespace).buildCall(null))));
    } catch (ApiFailure e) {
      if (e.status() == 404) {
        return null;
      }
      throw e;
    }
  }

  /** With its pods, its volume and its data; answers whether it was there. */
  boolean deleteJob(String name) throws ApiFailure {
    try {
      cluster.call(
          KubernetesClient.batch(
              api ->
                  api.deleteNamespacedJob(name, namespace)
                      .propagationPolicy("Background") // the API's default leaves the pods
                      .buildCall(null)));
      return true;
    } catch (ApiFailure e) {
      if (e.status() == 404) {
        return false;
      }
      throw e;
    }
  }

  List<JobView> jobs(String selector) throws ApiFailure {
    return listJobs(selector).items();
  }

  List<PodView> pods(String selector) throws ApiFailure {
    return listPods(selector).items();
  }

  /** Everything of one kind, and the version of the cluster's state that it was seen in. */
  record Listed<T>(List<T> items, String version) {}

  Listed<JobView> listJobs(String selector) throws ApiFailure {
    return list(
        JobView::of,
        next ->
            KubernetesClient.batch(
                api ->
                    api.listNamespacedJob(namespace)
                        .labelSelector(selector)
                        .limit(PAGE)
                        ._continue(next)
                        .buildCall(null)));
  }

  Listed<PodView> listPods(String selector) throws ApiFailure {
    return list(
        PodView::of,
        next ->
            KubernetesClient.core(
                api ->
                    api.listNamespacedPod(namespace)
                        .labelSelector(selector)
                        .limit(PAGE)
                        ._continue(next)
                        .buildCall(null)));
  }

  Listed<Warning> listWarnings() throws ApiFailure {
    return list(
        Warning::of,
        next ->
            KubernetesClient.core(
                api ->
                    api.listNamespacedEvent(namespace)
                        .fieldSelector(Warning.SELECTOR)
                        .limit(PAGE)
                        ._continue(next)
                        .buildCall(null)));
  }

  /** What the cluster complains of; empty where this service may not see it. */
  List<Warning> warnings() throws ApiFailure {
    try {
      return listWarnings().items();
    } catch (ApiFailure e) {
      if (e.status() == 403) {
        return List.of();
      }
      throw e;
    }
  }

  /**
   * Tells this namespace from others of its name, in other clusters: the uid of the ConfigMap that
   * every cluster puts into every namespace.
   */
  String identity() throws ApiFailure {
    Map<String, Object> map =
        cluster.call(
            KubernetesClient.core(
                api -> api.readNamespacedConfigMap("kube-root-ca.crt", namespace).buildCall(null)));
    return namespace + "/" + Fields.text(map, "metadata", "uid");
  }

  private interface Pages {
    KubernetesClient.Sends from(@Nullable String next);
  }

  /**
   * Of each page what matters is kept, and no page beside the next: what was given to a task to do
   * stands in its Job and in its pods.
   */
  private <T> Listed<T> list(Function<Map<String, Object>, T> view, Pages pages) throws ApiFailure {
    List<T> items = new ArrayList<>();
    String next = null;
    while (true) {
      Map<String, Object> page = cluster.call(pages.from(next));
      for (Map<String, Object> item : Fields.objects(page, "items")) {
        items.add(view.apply(item));
      }
      next = Fields.text(page, "metadata", "continue");
      if (next == null || next.isEmpty()) {
        String version = Fields.text(page, "metadata", "resourceVersion");
        return new Listed<>(items, version == null ? "" : version);
      }
    }
  }

  /** The end of what a pod said; empty where it has not begun, or is gone. */
  String log(String pod, int maxBytes) throws ApiFailure {
    KubernetesClient.Sends sends =
        KubernetesClient.core(
            api ->
                api.readNamespacedPodLog(pod, namespace)
                    .container(JobManifests.CONTAINER)
                    // A line has a byte at least, so these hold the last bytes. The API's own limit
                    // of bytes counts from the first of them.
                    .tailLines(Math.min(maxBytes, Integer.MAX_VALUE - 1) + 1)
                    .buildCall(null));
    try (Response response = cluster.execute(cluster.ready(sends))) {
      return Tail.of(response.body().byteStream(), maxBytes);
    } catch (IOException e) {
      throw ApiFailure.unreachable(cluster.server(), e);
    } catch (ApiFailure e) {
      if (e.status() == 400 || e.status() == 404) { // it is waiting to start, or is removed
        return "";
      }
      throw e;
    }
  }

  /** What a person can do about a failure. */
  String explain(ApiFailure e) {
    String message = String.valueOf(e.getMessage());
    return switch (e.status()) {
      case 401 -> "the cluster does not know the credentials that it was given: " + message;
      case 403 ->
          message
              + (message.contains("quota")
                  ? ""
                  : "; the namespace "
                      + namespace
                      + " needs a Role with jobs, pods, pods/log, events, configmaps and"
                      + " persistentvolumeclaims, bound to this service's account");
      case 404 -> message + "; is there a namespace " + namespace + "?";
      default -> message;
    };
  }
}
