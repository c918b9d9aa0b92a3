package io.modelsplitter.kubernetes;

import io.kubernetes.client.openapi.apis.AppsV1Api;
import io.kubernetes.client.openapi.apis.BatchV1Api;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.apis.RbacAuthorizationV1Api;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.UpstreamException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The objects of split runners in one cluster, and the calls that make, read and remove them. */
final class RunnerObjects {
  private static final String BACKGROUND = "Background";
  private static final int PAGE = 25;

  private final KubernetesClient cluster;
  private final RunnerSettings settings;

  RunnerObjects(KubernetesClient cluster, RunnerSettings settings) {
    this.cluster = cluster;
    this.settings = settings;
  }

  /** What the cluster says, in one line that shows no secret. */
  String oneLine(String text) {
    return cluster.secrets().oneLine(text);
  }

  private interface Step {
    void run() throws ApiFailure;
  }

  /** Makes what all runners of a cluster share, where it is missing. */
  void share() throws ApiFailure {
    makeNamespace(settings.namespace());
    makeNamespace(settings.jobNamespace());
    String runners = settings.namespace();
    String jobs = settings.jobNamespace();
    unlessThere(
        () ->
            cluster.call(
                api ->
                    new CoreV1Api(api)
                        .createNamespacedServiceAccount(runners, RunnerManifests.account(settings))
                        .buildCall(null)));
    // A Role of an earlier version may allow less; who it is bound to cannot be changed.
    orElse(
        () ->
            cluster.call(
                api ->
                    new RbacAuthorizationV1Api(api)
                        .createNamespacedRole(jobs, RunnerManifests.role(settings))
                        .buildCall(null)),
        409,
        () ->
            cluster.call(
                api ->
                    new RbacAuthorizationV1Api(api)
                        .replaceNamespacedRole(
                            RunnerManifests.SHARED, jobs, RunnerManifests.role(settings))
                        .buildCall(null)));
    unlessThere(
        () ->
            cluster.call(
                api ->
                    new RbacAuthorizationV1Api(api)
                        .createNamespacedRoleBinding(jobs, RunnerManifests.binding(settings))
                        .buildCall(null)));
  }

  private void makeNamespace(String name) throws ApiFailure {
    Map<String, Object> there = namespace(name);
    if ("Terminating".equals(Fields.text(there, "status", "phase"))) {
      throw new UpstreamException(
          "the namespace " + name + " is being removed from the cluster; try again", null);
    }
    if (there.isEmpty()) {
      unlessThere(
          () ->
              cluster.call(
                  api ->
                      new CoreV1Api(api)
                          .createNamespace(RunnerManifests.namespace(name))
                          .buildCall(null)));
    }
  }

  /** Empty where there is none. */
  private Map<String, Object> namespace(String name) throws ApiFailure {
    try {
      return cluster.call(api -> new CoreV1Api(api).readNamespace(name).buildCall(null));
    } catch (ApiFailure e) {
      if (e.status() == 404) {
        return Map.of();
      }
      throw e;
    }
  }

  private static void unlessThere(Step step) throws ApiFailure {
    orElse(step, 409, () -> {});
  }

  private static void orElse(Step step, int status, Step other) throws ApiFailure {
    try {
      step.run();
    } catch (ApiFailure e) {
      if (e.status() != status) {
        throw e;
      }
      other.run();
    }
  }

  /** Makes the runner's Service; answers the port on every node that the cluster gave it. */
  int makeService(String runnerId, @Nullable Integer nodePort) throws ApiFailure {
    Map<String, Object> made =
        cluster.call(
            api ->
                new CoreV1Api(api)
                    .createNamespacedService(
                        settings.namespace(), RunnerManifests.service(runnerId, settings, nodePort))
                    .buildCall(null));
    List<Map<String, Object>> ports = Fields.objects(made, "spec", "ports");
    Integer port = ports.isEmpty() ? null : Fields.number(ports.get(0), "nodePort");
    if (port == null || port < 1) {
      throw new UpstreamException(
          "the cluster made a Service that has no port on its nodes, so nobody reaches the split"
              + " runner",
          null);
    }
    return port;
  }

  void makeDeployment(String runnerId) throws ApiFailure {
    cluster.call(
        api ->
            new AppsV1Api(api)
                .createNamespacedDeployment(
                    settings.namespace(), RunnerManifests.deployment(runnerId, settings))
                .buildCall(null));
  }

  Map<String, Object> deployment(String runnerId) throws ApiFailure {
    return cluster.call(
        api ->
            new AppsV1Api(api)
                .readNamespacedDeployment(RunnerManifests.name(runnerId), settings.namespace())
                .buildCall(null));
  }

  List<Map<String, Object>> pods(String runnerId) throws ApiFailure {
    return Fields.objects(
        cluster.call(
            api ->
                new CoreV1Api(api)
                    .listNamespacedPod(settings.namespace())
                    .labelSelector(RunnerManifests.RUNNER + "=" + runnerId)
                    .buildCall(null)),
        "items");
  }

  /** Removes a runner, and what all share with the last one, unless a job is at work there. */
  void remove(String runnerId) throws ApiFailure {
    String name = RunnerManifests.name(runnerId);
    String runners = settings.namespace();
    gone(api -> new CoreV1Api(api).deleteNamespacedService(name, runners).buildCall(null));
    gone(
        api ->
            new AppsV1Api(api)
                .deleteNamespacedDeployment(name, runners)
                .propagationPolicy(BACKGROUND)
                .buildCall(null));
    if (isLast(name) && runningJob() == null) {
      removeShared();
    }
  }

  /** Whether no other runner is here, nor on its way. */
  private boolean isLast(String name) throws ApiFailure {
    String runners = settings.namespace();
    return hasOnly(
            name,
            api ->
                new AppsV1Api(api)
                    .listNamespacedDeployment(runners)
                    .labelSelector(RunnerManifests.SELECTOR)
                    .buildCall(null))
        && hasOnly(
            name,
            api ->
                new CoreV1Api(api)
                    .listNamespacedService(runners)
                    .labelSelector(RunnerManifests.SELECTOR)
                    .buildCall(null));
  }

  private boolean hasOnly(String name, KubernetesClient.Sends list) throws ApiFailure {
    return items(list).stream()
        .allMatch(
            object ->
                name.equals(Fields.text(object, "metadata", "name"))
                    || Fields.text(object, "metadata", "deletionTimestamp") != null);
  }

  /** Empty where there is no such namespace. */
  private List<Map<String, Object>> items(KubernetesClient.Sends list) throws ApiFailure {
    try {
      return Fields.objects(cluster.call(list), "items");
    } catch (ApiFailure e) {
      if (e.status() == 404) {
        return List.of();
      }
      throw e;
    }
  }

  /**
   * The last runner takes the namespace of the jobs with it.
   *
   * @throws ConflictException when one of them has not ended, which nobody would tell its task
   */
  void checkJobs(String runnerId) throws ApiFailure {
    String job = isLast(RunnerManifests.name(runnerId)) ? runningJob() : null;
    if (job != null) {
      throw new ConflictException(
          "the split runner is the last of its cluster, and the job %s has not ended; wait for it, or cancel it"
              .formatted(oneLine(job)),
          runnerId,
          Map.of());
    }
  }

  /** The name of a job that has not ended, or null. */
  private @Nullable String runningJob() throws ApiFailure {
    String next = null;
    do {
      String from = next;
      Map<String, Object> page = jobs(from);
      for (Map<String, Object> job : Fields.objects(page, "items")) {
        if (Fields.condition(job, "Complete", "True") == null
            && Fields.condition(job, "Failed", "True") == null) {
          return String.valueOf(Fields.text(job, "metadata", "name"));
        }
      }
      next = Fields.text(page, "metadata", "continue");
    } while (next != null && !next.isEmpty());
    return null;
  }

  /** A page of them: each may hold as much data as an answer may have for dozens. */
  private Map<String, Object> jobs(@Nullable String from) throws ApiFailure {
    try {
      return cluster.call(
          api ->
              new BatchV1Api(api)
                  .listNamespacedJob(settings.jobNamespace())
                  .labelSelector(JobNames.SELECTOR)
                  .limit(PAGE)
                  ._continue(from)
                  .buildCall(null));
    } catch (ApiFailure e) {
      if (e.status() == 404) {
        return Map.of();
      }
      throw e;
    }
  }

  private void removeShared() throws ApiFailure {
    String shared = RunnerManifests.SHARED;
    String jobs = settings.jobNamespace();
    String binding = RunnerManifests.bindingName(settings);
    gone(
        api ->
            new RbacAuthorizationV1Api(api)
                .deleteNamespacedRoleBinding(binding, jobs)
                .buildCall(null));
    if (hasOnly(
        binding,
        api ->
            new RbacAuthorizationV1Api(api)
                .listNamespacedRoleBinding(jobs)
                .labelSelector(RunnerManifests.SELECTOR)
                .buildCall(null))) { // else runners of another namespace have their jobs there
      gone(
          api ->
              new RbacAuthorizationV1Api(api).deleteNamespacedRole(shared, jobs).buildCall(null));
      removeNamespace(jobs);
    }
    gone(
        api ->
            new CoreV1Api(api)
                .deleteNamespacedServiceAccount(shared, settings.namespace())
                .buildCall(null));
    removeNamespace(settings.namespace());
  }

  /** One that was there before us is not ours to remove. */
  private void removeNamespace(String name) throws ApiFailure {
    String owner =
        Fields.text(Fields.object(namespace(name), "metadata", "labels"), JobNames.MANAGED_BY);
    if (JobNames.OWNER.equals(owner)) {
      gone(api -> new CoreV1Api(api).deleteNamespace(name).buildCall(null));
    }
  }

  private void gone(KubernetesClient.Sends delete) throws ApiFailure {
    orElse(() -> cluster.call(delete), 404, () -> {});
  }
}
