package io.modelsplitter.examples;

import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.json.Json;
import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A split job as a client sees it: asked for over HTTP, and watched until its task is over. */
final class JobView {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final long EVERY_MILLIS = 100;

  private final String server;
  private final String taskId;
  private int shown;

  private JobView(String server, String taskId) {
    this.server = server;
    this.taskId = taskId;
  }

  /** Asks for a job: {@code POST /start_model_split_job}. */
  static JobView start(String server, String image, Map<String, Object> taskData)
      throws IOException, InterruptedException {
    String body = Json.write(Map.of("task_data", taskData, "container_image", image));
    HttpResponse<String> answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create(server + "/start_model_split_job"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    Map<String, Object> json = Json.parseObject("the answer of the server", answer.body());
    if (answer.statusCode() != 200) {
      throw new UnavailableException("the job was not started: " + json.get("error"), null);
    }
    return new JobView(server, String.valueOf(json.get("task_id")));
  }

  String taskId() {
    return taskId;
  }

  /** Shows what the job says until its task is over. */
  Task await(TaskRegistry tasks) throws IOException, InterruptedException {
    PeakMemory memory = new PeakMemory();
    while (true) {
      Task task = tasks.get(taskId);
      memory.look();
      showLog();
      if (task.isFinal()) {
        showLog();
        if (memory.megabytes() > 0) {
          System.out.println("  at most " + memory.megabytes() + " MB of memory were used");
        }
        return task;
      }
      TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
    }
  }

  private void showLog() throws IOException, InterruptedException {
    URI url = URI.create(server + "/model_split_job/" + taskId + "/logs");
    String log = HTTP.send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body();
    int end = log.lastIndexOf('\n') + 1;
    if (end > shown) {
      log.substring(shown, end).lines().forEach(line -> System.out.println("  " + line));
      shown = end;
    }
  }
}
