package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.job.JobState.Phase;
import io.modelsplitter.job.JobState.Pod;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of a job, as it is kept in its folder.
 *
 * @param spec what was launched
 * @param state how far it is
 * @param pid of its process, or 0
 * @param startedAt when its process was started, in milliseconds: another one may have the same pid
 */
record ProcessRecord(JobSpec spec, JobState state, long pid, long startedAt) {

  /** The name of the file. */
  static final String NAME = "job.json";

  private static final Logger log = LoggerFactory.getLogger(ProcessRecord.class);

  /** A job that was not started yet. */
  static ProcessRecord of(JobSpec spec) {
    return new ProcessRecord(spec, new JobState(Phase.PENDING, null, null, List.of()), 0, 0);
  }

  ProcessRecord become(JobState next) {
    return new ProcessRecord(spec, next, 0, 0);
  }

  ProcessRecord started(ProcessHandle process, Pod pod) {
    List<Pod> pods = new ArrayList<>(state.pods());
    pods.add(pod);
    return new ProcessRecord(
        spec, new JobState(Phase.RUNNING, null, null, pods), process.pid(), millis(process));
  }

  /** Its process ended with the launcher that had started it. */
  ProcessRecord lost() {
    List<Pod> pods = new ArrayList<>(state.pods());
    if (!pods.isEmpty() && pods.get(pods.size() - 1).phase() == Phase.RUNNING) {
      Pod last = pods.get(pods.size() - 1);
      pods.set(pods.size() - 1, new Pod(last.name(), Phase.FAILED, "Lost", null));
    }
    return become(new JobState(Phase.PENDING, null, null, pods));
  }

  /** Its process, if that still runs. */
  Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(found -> pid != 0 && millis(found) == startedAt);
  }

  private static long millis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  void write(Path folder) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("task_id", spec.taskId());
    map.put("container_image", spec.containerImage());
    map.put("storage_size", spec.storageSize());
    map.put("task_data", spec.taskData());
    if (!state.phase().isFinal()) { // no attempt follows, and a token is in there
      map.put("environment", spec.environment());
    }
    map.put("state", state.toMap());
    map.put("pid", pid);
    map.put("started_at", startedAt);
    try (AtomicFile file = AtomicFile.create(folder.resolve(NAME))) {
      file.write(ByteBuffer.wrap(Json.writeBytes(map)));
      file.commit();
    }
  }

  /** What is kept in a folder; nothing where there is no job, or none that can be read. */
  static Optional<ProcessRecord> read(Path folder) throws IOException {
    Path file = folder.resolve(NAME);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(Json.parseObject(file.toString(), Files.readAllBytes(file))));
    } catch (BadInputException | ClassCastException | IllegalArgumentException e) {
      log.error("{} is no job", file, e);
      return Optional.empty();
    }
  }

  private static ProcessRecord read(Map<String, Object> map) {
    Map<String, String> environment = new LinkedHashMap<>();
    object(map, "environment").forEach((name, value) -> environment.put(name, (String) value));
    JobSpec spec =
        new JobSpec(
            text(map, "task_id"),
            text(map, "container_image"),
            text(map, "storage_size"),
            object(map, "task_data"),
            environment);
    return new ProcessRecord(
        spec,
        JobState.fromMap(object(map, "state")),
        number(map, "pid"),
        number(map, "started_at"));
  }

  private static String text(Map<String, Object> map, String name) {
    return String.valueOf(map.get(name));
  }

  private static long number(Map<String, Object> map, String name) {
    return map.get(name) instanceof Number number ? number.longValue() : 0;
  }

  @SuppressWarnings("unchecked") // JSON has no other keys
  private static Map<String, Object> object(Map<String, Object> map, String name) {
    @Nullable Object value = map.get(name);
    return value instanceof Map<?, ?> ? (Map<String, Object>) value : Map.of();
  }
}
