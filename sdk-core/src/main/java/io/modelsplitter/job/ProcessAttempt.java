package io.modelsplitter.job;

import io.modelsplitter.error.Problems;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One attempt of a job as a process: its environment, what it says, and what it leaves.
 *
 * @param folder of the job
 * @param number from 1
 * @param attemptsLeft how many come after it
 */
record ProcessAttempt(
    Path folder, JobSpec spec, ProcessSettings settings, int number, int attemptsLeft) {

  /** Where the attempts of a job keep files, below its folder. */
  static final String WORK = "work";

  /** The variable that says where that is. */
  static final String WORK_FOLDER = "MODEL_SPLITTER_WORK_FOLDER";

  /** The temporary files of an attempt, below its folder. */
  static final String TEMPORARY = "tmp";

  private static final int MAX_LAST_WORDS = 2_000;

  /** Stands for the name of a pod. */
  String name() {
    return spec.taskId() + "-" + number;
  }

  Process start(List<String> command) throws IOException {
    Path work = Files.createDirectories(folder.resolve(WORK));
    Files.createDirectories(folder.resolve(TEMPORARY));
    Files.deleteIfExists(terminationLog());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log(folder, number).toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(settings.environment());
    environment.putAll(spec.environment());
    environment.put("TASK_ID", spec.taskId());
    putTaskData(environment);
    environment.put("TASK_ATTEMPTS_LEFT", String.valueOf(attemptsLeft));
    environment.put(WORK_FOLDER, work.toString());
    environment.put("MODEL_SPLITTER_TERMINATION_LOG", terminationLog().toString());
    environment.put("HOME", folder.resolve(TEMPORARY).toString());
    environment.put("TMPDIR", folder.resolve(TEMPORARY).toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private void putTaskData(Map<String, String> environment) throws IOException {
    String json = Json.write(spec.taskData());
    if (json.getBytes(StandardCharsets.UTF_8).length <= JobSpec.MAX_TASK_DATA_VARIABLE) {
      environment.put("TASK_DATA", json);
    } else {
      Path file = Files.writeString(folder.resolve("task-data.json"), json);
      environment.put("TASK_DATA_FILE", file.toString());
    }
  }

  ProcessExit await(Process process) throws InterruptedException {
    long before = ProcessExit.outOfMemoryKills();
    int code = process.waitFor();
    return ProcessExit.of(code, before, ProcessExit.outOfMemoryKills());
  }

  /** What it left to be told: its termination log, or the last line that it said. */
  String lastWords() throws IOException {
    String left = Files.exists(terminationLog()) ? end(terminationLog(), MAX_LAST_WORDS) : "";
    String said = left.isBlank() ? end(log(folder, number), MAX_LAST_WORDS).strip() : left;
    return Problems.oneLine(left.isBlank() ? said.substring(said.lastIndexOf('\n') + 1) : left);
  }

  private Path terminationLog() {
    return folder.resolve("termination-log");
  }

  private static Path log(Path folder, int number) {
    return folder.resolve("log-" + number);
  }

  /** The end of what an attempt said. */
  static String tail(Path folder, int number, int maxBytes) throws IOException {
    return end(log(folder, number), maxBytes);
  }

  private static String end(Path file, int maxBytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long from = Math.max(0, channel.size() - maxBytes);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - from));
      while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
        // until it is full, or the file became shorter
      }
      return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }
  }
}
