package io.modelsplitter.examples;

import io.modelsplitter.job.ProcessJobLauncher;
import java.io.File;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The safetensors splitter as an image that {@link ProcessJobLauncher} runs. */
final class SplitterImage {

  /** Stands for the container image. */
  static final String NAME = "model-splitter/safetensors-splitter";

  private SplitterImage() {}

  /** Of the environment of this process, what is not about a single task, and where layers go. */
  static Map<String, String> environment(Map<String, String> ours, Path layers) {
    Map<String, String> environment = new LinkedHashMap<>(ours);
    environment.keySet().retainAll(ProcessJobLauncher.PASSED_ON);
    environment.put("LAYER_STORE_URL", layers.toUri().toString());
    return environment;
  }

  /** The child runs in another folder, so what is relative to ours would not be found. */
  private static String absoluteClassPath() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getProperty("java.class.path"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  static List<String> command() {
    return command(SafetensorsSplitter.class);
  }

  /** Runs this main in a process of its own, with what is on our class path. */
  static List<String> command(Class<?> main) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:+UseSerialGC",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-Dorg.slf4j.simpleLogger.log.io.modelsplitter=info",
        "-Dorg.slf4j.simpleLogger.showDateTime=false",
        "-Dorg.slf4j.simpleLogger.showThreadName=false",
        "-Dorg.slf4j.simpleLogger.showLogName=false",
        "-Dorg.slf4j.simpleLogger.showShortLogName=false",
        "-Dorg.slf4j.simpleLogger.logFile=System.out",
        "-cp",
        absoluteClassPath(),
        main.getName());
  }
}
