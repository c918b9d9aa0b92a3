package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.Problems;
import io.modelsplitter.job.JobLauncher;
import io.modelsplitter.job.ProcessJobLauncher;
import io.modelsplitter.job.SplitJobs;
import io.modelsplitter.json.Json;
import io.modelsplitter.kubernetes.JobSettings;
import io.modelsplitter.kubernetes.KubernetesClient;
import io.modelsplitter.kubernetes.KubernetesJobLauncher;
import io.modelsplitter.registry.TaskRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of {@link ServerMain} that are about split jobs. */
final class ServerJobOptions {
  /** What a job is told; the server's own variable, or its public URL. */
  static final List<String> URLS =
      List.of(
          "TASK_STATUS_UPDATE_URL",
          "GLOBAL_TASKS_DB_URL",
          "MODEL_LAYERS_REGISTRY_URL",
          "BLOCK_DB_URL");

  /** Where split jobs run. */
  enum Launcher {
    /** Nowhere: asking for one is answered 503. */
    NONE,
    /** As processes of this machine. */
    PROCESS,
    /** As Jobs of a Kubernetes cluster. */
    KUBERNETES
  }

  @Option(
      names = "--launcher",
      paramLabel = "LAUNCHER",
      defaultValue = "none",
      description =
          "Where split jobs run: none, process (as processes of this machine, for development) or"
              + " kubernetes (as Jobs of a cluster). Default: none.")
  Launcher launcher = Launcher.NONE;

  @Option(
      names = "--process-images",
      paramLabel = "FILE",
      description =
          "The images that --launcher process may run, and the commands that stand for them: JSON,"
              + " {\"IMAGE\": [\"COMMAND\", \"ARGUMENT\"]}.")
  @Nullable Path processImages;

  @Option(
      names = "--process-folder",
      paramLabel = "DIR",
      defaultValue = "./data/jobs",
      description = "Where --launcher process keeps its jobs. Default: ./data/jobs.")
  Path processFolder = Path.of("");

  @Option(
      names = "--kubeconfig",
      paramLabel = "FILE",
      description =
          "The operator's own way to the cluster of --launcher kubernetes. Default: the service"
              + " account of the pod that this runs in.")
  @Nullable Path kubeconfig;

  @Option(
      names = "--job-namespace",
      paramLabel = "NAME",
      defaultValue = "model-split-jobs",
      description = "The namespace of jobs in a cluster. Default: model-split-jobs.")
  String jobNamespace = "";

  @Option(
      names = "--job-images",
      paramLabel = "PREFIX",
      split = ",",
      description =
          "The images that may run in a cluster: names, or their beginnings up to a /, : or @,"
              + " separated by commas. Default: any.")
  List<String> jobImages = List.of();

  @Option(
      names = "--job-secret",
      paramLabel = "NAME",
      description =
          "The Secret beside the jobs of a cluster whose entries become variables of each:"
              + " LAYER_STORE_URL, AWS_ACCESS_KEY_ID and the like.")
  @Nullable String jobSecret;

  @Option(
      names = "--job-pull-secret",
      paramLabel = "NAME",
      description = "The Secret beside the jobs of a cluster that opens the image registry.")
  @Nullable String jobPullSecret;

  @Option(
      names = "--job-storage-class",
      paramLabel = "NAME",
      description = "The class of the jobs' volumes. Default: the cluster's.")
  @Nullable String jobStorageClass;

  @Option(
      names = "--job-max-storage",
      paramLabel = "SIZE",
      defaultValue = "2Ti",
      description = "The largest storage_size that a job may ask a cluster for. Default: 2Ti.")
  String jobMaxStorage = "";

  @Option(
      names = "--job-attempts",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often a job is tried. Default: 3.")
  int attempts;

  /**
   * Checks what no single option can.
   *
   * @throws BadInputException names the option and what to do
   */
  void check() {
    if (attempts < 1 || attempts > 100) {
      throw new BadInputException("--job-attempts must be from 1 to 100, not " + attempts);
    }
    if (launcher == Launcher.PROCESS && processImages == null) {
      throw new BadInputException("--launcher process needs --process-images");
    }
  }

  /**
   * The split jobs of the launcher that was asked for.
   *
   * @param environment the server's own
   * @param publicUrl where this server can be reached by jobs, as soon as it listens
   * @param tokens answers each job's own by its task's id; none leaves it with what is passed on
   */
  SplitJobs open(
      TaskRegistry tasks,
      Map<String, String> environment,
      Supplier<String> publicUrl,
      Function<String, Optional<String>> tokens) {
    JobLauncher jobs =
        launcher == Launcher.KUBERNETES ? cluster(environment) : processes(environment);
    return SplitJobs.of(tasks, jobs, taskId -> told(taskId, environment, publicUrl.get(), tokens));
  }

  /** What is said of jobs in a cluster, as a split runner there takes it: as variables. */
  Map<String, String> forRunners() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("MODEL_SPLITTER_JOB_ATTEMPTS", String.valueOf(attempts));
    variables.put("MODEL_SPLITTER_JOB_MAX_STORAGE", jobMaxStorage);
    variables.put("MODEL_SPLITTER_JOB_IMAGES", String.join(",", jobImages));
    variables.put("MODEL_SPLITTER_JOB_SECRET", Objects.requireNonNullElse(jobSecret, ""));
    variables.put("MODEL_SPLITTER_JOB_PULL_SECRET", Objects.requireNonNullElse(jobPullSecret, ""));
    variables.put(
        "MODEL_SPLITTER_JOB_STORAGE_CLASS", Objects.requireNonNullElse(jobStorageClass, ""));
    variables.values().removeIf(String::isEmpty);
    return variables;
  }

  private JobLauncher processes(Map<String, String> environment) {
    Map<String, String> passedOn = new LinkedHashMap<>(environment);
    passedOn.keySet().retainAll(ProcessJobLauncher.PASSED_ON);
    ProcessJobLauncher.Builder builder =
        ProcessJobLauncher.builder(processFolder).environment(passedOn).attempts(attempts);
    images(Objects.requireNonNull(processImages)).forEach(builder::image);
    return builder.build();
  }

  private JobLauncher cluster(Map<String, String> environment) {
    JobSettings settings =
        JobSettings.builder()
            .namespace(jobNamespace)
            .retries(attempts - 1)
            .imagePrefixes(jobImages)
            .maxStorageSize(jobMaxStorage)
            .storageSecret(jobSecret)
            .storageClass(jobStorageClass)
            .imagePullSecret(jobPullSecret)
            .build();
    KubernetesClient cluster =
        kubeconfig == null
            ? KubernetesClient.inCluster(environment)
            : KubernetesClient.fromOperatorFile(kubeconfig);
    return new KubernetesJobLauncher(cluster, settings);
  }

  private static Map<String, String> told(
      String taskId,
      Map<String, String> environment,
      String publicUrl,
      Function<String, Optional<String>> tokens) {
    Map<String, String> told = new LinkedHashMap<>();
    URLS.forEach(name -> told.put(name, environment.getOrDefault(name, publicUrl)));
    tokens.apply(taskId).ifPresent(token -> told.put("MODEL_SPLITTER_TOKEN", token));
    return told;
  }

  private static Map<String, List<String>> images(Path file) {
    Map<String, Object> json;
    try {
      json = Json.parseObject("--process-images " + file, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new BadInputException("--process-images cannot be read: " + Problems.describe(e), e);
    }
    Map<String, List<String>> images = new LinkedHashMap<>();
    json.forEach((image, command) -> images.put(image, command(file, image, command)));
    return images;
  }

  private static List<String> command(Path file, String image, @Nullable Object command) {
    List<String> words = new ArrayList<>();
    if (command instanceof List<?> list) {
      list.forEach(word -> words.add(word instanceof String text ? text : ""));
    }
    if (words.isEmpty() || words.contains("")) {
      throw new BadInputException(
          "--process-images %s: the command of %s must be a list of texts, not %s"
              .formatted(file, Json.show(image), Json.show(command)));
    }
    return words;
  }
}
