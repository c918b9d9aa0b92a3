package io.modelsplitter.kubernetes;

import io.kubernetes.client.custom.IntOrString;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.RbacV1Subject;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1DeploymentSpec;
import io.kubernetes.client.openapi.models.V1EmptyDirVolumeSource;
import io.kubernetes.client.openapi.models.V1EnvFromSource;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1HTTPGetAction;
import io.kubernetes.client.openapi.models.V1KeyToPath;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodSecurityContext;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1PolicyRule;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1RoleRef;
import io.kubernetes.client.openapi.models.V1SeccompProfile;
import io.kubernetes.client.openapi.models.V1SecretEnvSource;
import io.kubernetes.client.openapi.models.V1SecretVolumeSource;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1ServiceSpec;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The objects of split runners, those of one and those that all of a cluster share. Pure: the same
 * settings give the same objects.
 */
final class RunnerManifests {
  /** Every runner's service account, and its Role and binding where the jobs are. */
  static final String SHARED = "model-splitter-runner";

  static final String SPLIT_RUNNER = "split-runner";
  static final String RUNNER = "model-splitter.io/split-runner-id";

  /** Every split runner of ours. */
  static final String SELECTOR =
      JobNames.MANAGED_BY + "=" + JobNames.OWNER + "," + JobNames.NAME + "=" + SPLIT_RUNNER;

  private static final int PORT = 5000;
  private static final String TOKENS = "/etc/model-splitter";

  private RunnerManifests() {}

  static String name(String runnerId) {
    return SPLIT_RUNNER + "-" + runnerId;
  }

  private static Map<String, String> labels() {
    return new TreeMap<>(Map.of(JobNames.MANAGED_BY, JobNames.OWNER, JobNames.NAME, SPLIT_RUNNER));
  }

  private static Map<String, String> labels(String runnerId) {
    Map<String, String> labels = labels();
    labels.put(RUNNER, runnerId);
    return labels;
  }

  /** A namespace in which only pods of the restricted level may be. */
  static V1Namespace namespace(String name) {
    Map<String, String> labels = labels();
    labels.put("pod-security.kubernetes.io/enforce", "restricted");
    labels.put("pod-security.kubernetes.io/warn", "restricted");
    return new V1Namespace()
        .apiVersion("v1")
        .kind("Namespace")
        .metadata(new V1ObjectMeta().name(name).labels(labels));
  }

  static V1ServiceAccount account(RunnerSettings settings) {
    return new V1ServiceAccount()
        .apiVersion("v1")
        .kind("ServiceAccount")
        .metadata(shared(settings.namespace()))
        .automountServiceAccountToken(false); // the runner's pod asks for it
  }

  /** What a runner may do, and only where the jobs are. */
  static V1Role role(RunnerSettings settings) {
    return new V1Role()
        .apiVersion("rbac.authorization.k8s.io/v1")
        .kind("Role")
        .metadata(shared(settings.jobNamespace()))
        .rules(
            List.of(
                rule("batch", List.of("jobs"), "create", "get", "list", "watch", "patch", "delete"),
                rule("", List.of("pods"), "get", "list", "watch"),
                rule("", List.of("pods/log"), "get"),
                rule("", List.of("configmaps"), "create", "get"),
                rule("", List.of("persistentvolumeclaims"), "create"),
                rule("", List.of("events"), "get", "list", "watch")));
  }

  private static V1PolicyRule rule(String group, List<String> resources, String... verbs) {
    return new V1PolicyRule().apiGroups(List.of(group)).resources(resources).verbs(List.of(verbs));
  }

  /** One for each namespace of runners, since several may have their jobs in one. */
  static String bindingName(RunnerSettings settings) {
    return SHARED + "." + settings.namespace();
  }

  static V1RoleBinding binding(RunnerSettings settings) {
    return new V1RoleBinding()
        .apiVersion("rbac.authorization.k8s.io/v1")
        .kind("RoleBinding")
        .metadata(shared(settings.jobNamespace()).name(bindingName(settings)))
        .roleRef(new V1RoleRef().apiGroup("rbac.authorization.k8s.io").kind("Role").name(SHARED))
        .subjects(
            List.of(
                new RbacV1Subject()
                    .kind("ServiceAccount")
                    .name(SHARED)
                    .namespace(settings.namespace())));
  }

  private static V1ObjectMeta shared(String namespace) {
    return new V1ObjectMeta().name(SHARED).namespace(namespace).labels(labels());
  }

  private static V1ObjectMeta metadata(String runnerId, RunnerSettings settings) {
    return new V1ObjectMeta()
        .name(name(runnerId))
        .namespace(settings.namespace())
        .labels(labels(runnerId));
  }

  /**
   * The way to a runner from outside the cluster.
   *
   * @param nodePort the port on every node, or null for one that the cluster chooses
   */
  static V1Service service(String runnerId, RunnerSettings settings, @Nullable Integer nodePort) {
    return new V1Service()
        .apiVersion("v1")
        .kind("Service")
        .metadata(metadata(runnerId, settings))
        .spec(
            new V1ServiceSpec()
                .type("NodePort")
                .selector(labels(runnerId))
                .ports(
                    List.of(
                        new V1ServicePort()
                            .name("http")
                            .port(PORT)
                            .targetPort(new IntOrString("http"))
                            .nodePort(nodePort))));
  }

  static V1Deployment deployment(String runnerId, RunnerSettings settings) {
    return new V1Deployment()
        .apiVersion("apps/v1")
        .kind("Deployment")
        .metadata(metadata(runnerId, settings))
        .spec(
            new V1DeploymentSpec()
                .replicas(1)
                .progressDeadlineSeconds((int) settings.rollout().toSeconds())
                .selector(new V1LabelSelector().matchLabels(labels(runnerId)))
                .template(
                    new V1PodTemplateSpec()
                        .metadata(new V1ObjectMeta().labels(labels(runnerId)))
                        .spec(pod(settings))));
  }

  private static V1PodSpec pod(RunnerSettings settings) {
    List<V1Volume> volumes = new ArrayList<>();
    volumes.add(
        new V1Volume()
            .name("tmp")
            .emptyDir(new V1EmptyDirVolumeSource().sizeLimit(Quantity.fromString("64Mi"))));
    if (settings.tokenSecret() != null) {
      volumes.add(
          new V1Volume()
              .name("tokens")
              .secret(
                  new V1SecretVolumeSource()
                      .secretName(settings.tokenSecret())
                      .items(List.of(new V1KeyToPath().key("tokens").path("tokens")))));
    }
    return new V1PodSpec()
        .serviceAccountName(SHARED)
        .automountServiceAccountToken(true) // with which it launches jobs
        .enableServiceLinks(false)
        .terminationGracePeriodSeconds(60L)
        .securityContext(
            new V1PodSecurityContext()
                .runAsNonRoot(true)
                .runAsUser(65_532L)
                .runAsGroup(65_532L)
                .fsGroup(65_532L)
                .seccompProfile(new V1SeccompProfile().type("RuntimeDefault")))
        .containers(List.of(container(settings)))
        .volumes(volumes);
  }

  private static V1Container container(RunnerSettings settings) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--role=runner",
                "--launcher=kubernetes",
                "--host=0.0.0.0",
                "--port=" + PORT,
                "--job-namespace=" + settings.jobNamespace()));
    List<V1VolumeMount> mounts = new ArrayList<>();
    mounts.add(new V1VolumeMount().name("tmp").mountPath("/tmp"));
    if (settings.tokenSecret() == null) {
      arguments.add("--insecure");
    } else {
      arguments.add("--token-file=" + TOKENS + "/tokens");
      mounts.add(new V1VolumeMount().name("tokens").mountPath(TOKENS).readOnly(true));
    }
    V1Container container =
        new V1Container()
            .name("runner")
            .image(Objects.requireNonNull(settings.image()))
            .args(arguments)
            .env(variables(settings))
            .ports(List.of(new V1ContainerPort().name("http").containerPort(PORT)))
            .startupProbe(probe("/healthz", 2).failureThreshold(60))
            .readinessProbe(probe("/readyz", 5))
            .livenessProbe(probe("/healthz", 10))
            .resources(
                new V1ResourceRequirements()
                    .requests(
                        Map.of(
                            "cpu", Quantity.fromString("100m"),
                            "memory", Quantity.fromString("256Mi")))
                    .limits(Map.of("memory", Quantity.fromString("256Mi"))))
            .securityContext(
                new V1SecurityContext()
                    .allowPrivilegeEscalation(false)
                    .readOnlyRootFilesystem(true)
                    .runAsNonRoot(true)
                    .capabilities(new V1Capabilities().drop(List.of("ALL"))))
            .volumeMounts(mounts);
    if (settings.secret() != null) {
      container.envFrom(
          List.of(
              new V1EnvFromSource().secretRef(new V1SecretEnvSource().name(settings.secret()))));
    }
    return container;
  }

  private static V1Probe probe(String path, int everySeconds) {
    return new V1Probe()
        .httpGet(new V1HTTPGetAction().path(path).port(new IntOrString("http")))
        .periodSeconds(everySeconds)
        .timeoutSeconds(5);
  }

  private static List<V1EnvVar> variables(RunnerSettings settings) {
    List<V1EnvVar> variables = new ArrayList<>();
    new TreeMap<>(settings.environment())
        .forEach(
            (name, value) ->
                variables.add(new V1EnvVar().name(name).value(value.replace("$", "$$"))));
    return variables;
  }
}
