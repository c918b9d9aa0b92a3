package io.modelsplitter.kubernetes;

import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1Capabilities;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ConfigMapVolumeSource;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EnvFromSource;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1JobSpec;
import io.kubernetes.client.openapi.models.V1LocalObjectReference;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1OwnerReference;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimSpec;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaimVolumeSource;
import io.kubernetes.client.openapi.models.V1PodFailurePolicy;
import io.kubernetes.client.openapi.models.V1PodFailurePolicyOnExitCodesRequirement;
import io.kubernetes.client.openapi.models.V1PodFailurePolicyOnPodConditionsPattern;
import io.kubernetes.client.openapi.models.V1PodFailurePolicyRule;
import io.kubernetes.client.openapi.models.V1PodSecurityContext;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1PodTemplateSpec;
import io.kubernetes.client.openapi.models.V1ResourceRequirements;
import io.kubernetes.client.openapi.models.V1SeccompProfile;
import io.kubernetes.client.openapi.models.V1SecretEnvSource;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import io.kubernetes.client.openapi.models.V1VolumeResourceRequirements;
import io.modelsplitter.job.JobSpec;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The objects of a split job. Pure: the same job and settings give the same objects. */
final class JobManifests {
  /** The container of every attempt. */
  static final String CONTAINER = "split";

  private static final String WORK = "/mnt/task";
  private static final String DATA_FOLDER = "/etc/model-splitter";
  private static final String DATA_FILE = "task_data.json";

  private JobManifests() {}

  /** Whether the data does not fit a variable, and needs {@link #taskData}. */
  static boolean isLarge(JobSpec job) {
    return Json.write(job.taskData()).length() > JobSpec.MAX_TASK_DATA_VARIABLE; // it is ASCII
  }

  /** The Job, suspended: its volume must know it before it begins. */
  static V1Job job(JobSpec job, JobSettings settings) {
    Map<String, String> labels = new TreeMap<>(JobNames.labels(job.taskId()));
    Map<String, String> annotations = Map.of(JobNames.TASK, job.taskId());
    return new V1Job()
        .apiVersion("batch/v1")
        .kind("Job")
        .metadata(metadata(job, settings).annotations(annotations))
        .spec(
            new V1JobSpec()
                .suspend(true)
                .completions(1)
                .parallelism(1) // so a volume has one writer; with a failure policy, no pod is
                .backoffLimit(settings.retries()) // replaced before it has ended
                .activeDeadlineSeconds(settings.deadline().toSeconds())
                .ttlSecondsAfterFinished(
                    (int) Math.min(Integer.MAX_VALUE, settings.timeToLive().toSeconds()))
                .podFailurePolicy(failurePolicy())
                .template(
                    new V1PodTemplateSpec()
                        .metadata(new V1ObjectMeta().labels(labels).annotations(annotations))
                        .spec(pod(job, settings))));
  }

  /** The volume on which the attempts go on; it goes with the Job. */
  static V1PersistentVolumeClaim claim(JobSpec job, JobSettings settings, String jobUid) {
    return new V1PersistentVolumeClaim()
        .apiVersion("v1")
        .kind("PersistentVolumeClaim")
        .metadata(owned(job, settings, jobUid))
        .spec(
            new V1PersistentVolumeClaimSpec()
                .accessModes(List.of("ReadWriteOnce"))
                .storageClassName(settings.storageClass())
                .resources(
                    new V1VolumeResourceRequirements()
                        .requests(Map.of("storage", Quantity.fromString(job.storageSize())))));
  }

  /** The task's data as a file; it goes with the Job. */
  static V1ConfigMap taskData(JobSpec job, JobSettings settings, String jobUid) {
    return new V1ConfigMap()
        .apiVersion("v1")
        .kind("ConfigMap")
        .metadata(owned(job, settings, jobUid))
        .immutable(true)
        .data(Map.of(DATA_FILE, Json.write(job.taskData())));
  }

  private static V1ObjectMeta metadata(JobSpec job, JobSettings settings) {
    return new V1ObjectMeta()
        .name(JobNames.of(job.taskId()))
        .namespace(settings.namespace())
        .labels(new TreeMap<>(JobNames.labels(job.taskId())));
  }

  private static V1ObjectMeta owned(JobSpec job, JobSettings settings, String jobUid) {
    return metadata(job, settings)
        .annotations(Map.of(JobNames.TASK, job.taskId()))
        .ownerReferences(
            List.of(
                new V1OwnerReference()
                    .apiVersion("batch/v1")
                    .kind("Job")
                    .name(JobNames.of(job.taskId()))
                    .uid(jobUid)));
  }

  /** The first rule that matches decides; what matches none counts as an attempt. */
  private static V1PodFailurePolicy failurePolicy() {
    return new V1PodFailurePolicy()
        .rules(
            List.of(
                new V1PodFailurePolicyRule()
                    .action("FailJob")
                    .onExitCodes(
                        new V1PodFailurePolicyOnExitCodesRequirement()
                            .containerName(CONTAINER)
                            .operator("In")
                            .values(List.of(JobSpec.EXIT_BAD_INPUT))),
                new V1PodFailurePolicyRule()
                    .action("Ignore") // a drained node is no failure of the job
                    .onPodConditions(
                        List.of(
                            new V1PodFailurePolicyOnPodConditionsPattern()
                                .type("DisruptionTarget")
                                .status("True")))));
  }

  private static V1PodSpec pod(JobSpec job, JobSettings settings) {
    V1PodSpec pod =
        new V1PodSpec()
            .restartPolicy("Never")
            .automountServiceAccountToken(false)
            .enableServiceLinks(false) // variables of every service in the namespace
            .terminationGracePeriodSeconds(30L) // the executor takes 25
            .securityContext(
                new V1PodSecurityContext()
                    .runAsNonRoot(true)
                    .runAsUser(settings.userId())
                    .runAsGroup(settings.groupId())
                    .fsGroup(settings.groupId())
                    .fsGroupChangePolicy("OnRootMismatch")
                    .seccompProfile(new V1SeccompProfile().type("RuntimeDefault")))
            .containers(List.of(container(job, settings)))
            .volumes(volumes(job));
    String pullSecret = settings.imagePullSecret();
    if (pullSecret != null) {
      pod.imagePullSecrets(List.of(new V1LocalObjectReference().name(pullSecret)));
    }
    return pod;
  }

  private static List<V1Volume> volumes(JobSpec job) {
    String name = JobNames.of(job.taskId());
    List<V1Volume> volumes = new ArrayList<>();
    volumes.add(
        new V1Volume()
            .name("task")
            .persistentVolumeClaim(new V1PersistentVolumeClaimVolumeSource().claimName(name)));
    if (isLarge(job)) {
      volumes.add(new V1Volume().name("data").configMap(new V1ConfigMapVolumeSource().name(name)));
    }
    return volumes;
  }

  private static V1Container container(JobSpec job, JobSettings settings) {
    List<V1VolumeMount> mounts = new ArrayList<>();
    mounts.add(new V1VolumeMount().name("task").mountPath(WORK));
    mounts.add(new V1VolumeMount().name("task").mountPath("/tmp").subPath("tmp"));
    if (isLarge(job)) {
      mounts.add(new V1VolumeMount().name("data").mountPath(DATA_FOLDER).readOnly(true));
    }
    V1Container container =
        new V1Container()
            .name(CONTAINER)
            .image(job.containerImage())
            .env(variables(job, settings))
            .resources(
                new V1ResourceRequirements()
                    .requests(quantities(settings.requests()))
                    .limits(quantities(settings.limits())))
            .securityContext(
                new V1SecurityContext()
                    .allowPrivilegeEscalation(false)
                    .privileged(false)
                    .readOnlyRootFilesystem(true)
                    .runAsNonRoot(true)
                    .capabilities(new V1Capabilities().drop(List.of("ALL")))
                    .seccompProfile(new V1SeccompProfile().type("RuntimeDefault")))
            .terminationMessagePolicy("FallbackToLogsOnError")
            .volumeMounts(mounts);
    String secret = settings.storageSecret();
    if (secret != null) {
      container.envFrom(
          List.of(new V1EnvFromSource().secretRef(new V1SecretEnvSource().name(secret))));
    }
    return container;
  }

  private static List<V1EnvVar> variables(JobSpec job, JobSettings settings) {
    Map<String, String> all = new TreeMap<>(job.environment());
    all.put("TASK_ID", job.taskId());
    if (isLarge(job)) {
      all.put("TASK_DATA_FILE", DATA_FOLDER + "/" + DATA_FILE);
    } else {
      all.put("TASK_DATA", Json.write(job.taskData()));
    }
    // Every attempt comes from one template, and Kubernetes tells a pod nothing about the attempts
    // before it. So each is told how many may follow the first: none but the watcher, which sees
    // the Job fail, can know that an attempt was the last, and writes that the task failed. An
    // attempt writes it itself only where there is no other (0), and on bad input.
    all.put("TASK_ATTEMPTS_LEFT", String.valueOf(settings.retries()));
    all.put("HOME", "/tmp"); // the root is read-only; this is on the task's volume
    all.put("TMPDIR", "/tmp");
    List<V1EnvVar> variables = new ArrayList<>();
    all.forEach((name, value) -> variables.add(new V1EnvVar().name(name).value(literally(value))));
    return variables;
  }

  /** Kubernetes replaces {@code $(NAME)} in values; {@code $$} is what stays a {@code $}. */
  private static String literally(String value) {
    return value.replace("$", "$$");
  }

  private static Map<String, Quantity> quantities(Map<String, String> texts) {
    Map<String, Quantity> quantities = new TreeMap<>();
    texts.forEach((name, text) -> quantities.put(name, Quantity.fromString(text)));
    return quantities;
  }
}
