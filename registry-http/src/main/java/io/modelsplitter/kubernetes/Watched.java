package io.modelsplitter.kubernetes;

/** What is listed and watched of split jobs in one namespace. */
record Watched(JobObjects objects, String namespace) {
  private static final int SECONDS = (int) KubernetesClient.WATCH.toSeconds();

  private interface Listing {
    JobObjects.Listed list() throws ApiFailure;
  }

  private interface Watching {
    KubernetesClient.Sends from(String version);
  }

  private record Source(Listing listing, Watching watching) implements ResourceWatch.Source {
    @Override
    public JobObjects.Listed list() throws ApiFailure {
      return listing.list();
    }

    @Override
    public KubernetesClient.Sends watch(String version) {
      return watching.from(version);
    }
  }

  ResourceWatch.Source jobs() {
    return new Source(
        () -> objects.listJobs(JobNames.SELECTOR),
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

  ResourceWatch.Source pods() {
    return new Source(
        () -> objects.listPods(JobNames.SELECTOR),
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

  ResourceWatch.Source warnings() {
    return new Source(
        objects::listWarnings,
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
