package io.modelsplitter.kubernetes;

import java.util.Map;
import java.util.function.Function;

/** What is listed and watched of split jobs in one namespace. */
record Watched(JobObjects objects, String namespace) {
  private static final int SECONDS = (int) KubernetesClient.WATCH.toSeconds();

  private interface Listing<T> {
    JobObjects.Listed<T> list() throws ApiFailure;
  }

  private interface Watching {
    KubernetesClient.Sends from(String version);
  }

  private record Source<T>(
      Listing<T> listing, Function<Map<String, Object>, T> read, Watching watching)
      implements ResourceWatch.Source<T> {
    @Override
    public JobObjects.Listed<T> list() throws ApiFailure {
      return listing.list();
    }

    @Override
    public KubernetesClient.Sends watch(String version) {
      return watching.from(version);
    }

    @Override
    public T view(Map<String, Object> object) {
      return read.apply(object);
    }
  }

  ResourceWatch.Source<JobView> jobs() {
    return new Source<>(
        () -> objects.listJobs(JobNames.SELECTOR),
        JobView::of,
        version ->
            KubernetesClient.batch(
                api ->
                    api.listNamespacedJob(namespace)
                        .labelSelector(JobNames.SELECTOR)
                        .watch(true)
                        .allowWatchBookmarks(true)
                        .resourceVersion(version)
                        .timeoutSeconds(SECONDS)
                        .buildCall(null)));
  }

  ResourceWatch.Source<PodView> pods() {
    return new Source<>(
        () -> objects.listPods(JobNames.SELECTOR),
        PodView::of,
        version ->
            KubernetesClient.core(
                api ->
                    api.listNamespacedPod(namespace)
                        .labelSelector(JobNames.SELECTOR)
                        .watch(true)
                        .allowWatchBookmarks(true)
                        .resourceVersion(version)
                        .timeoutSeconds(SECONDS)
                        .buildCall(null)));
  }

  ResourceWatch.Source<Warning> warnings() {
    return new Source<>(
        objects::listWarnings,
        Warning::of,
        version ->
            KubernetesClient.core(
                api ->
                    api.listNamespacedEvent(namespace)
                        .fieldSelector(Warning.SELECTOR)
                        .watch(true)
                        .allowWatchBookmarks(true)
                        .resourceVersion(version)
                        .timeoutSeconds(SECONDS)
                        .buildCall(null)));
  }
}
