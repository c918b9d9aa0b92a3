package io.modelsplitter.checkpoint;

import io.modelsplitter.ChildJava;
import io.modelsplitter.file.Folders;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.NullUnmarked;

/**
 * A checkpoint into four ranks with MD5 and SHA-256, beside {@code cp} of the file and {@code
 * md5sum} of the four files two at a time; tensor parallelism beside a pipeline; and how the time
 * grows, beside that of {@code cp} and {@code sync} of the copy. By turns, in one run, ours in a
 * process of its own with {@code -Xmx64m}. CONTRIBUTING says how to run it.
 *
 * <p>Ours first splits a little, so that starting Java is not measured, and forces what it writes
 * to the disk, which {@code cp} does not. Before each turn as much is written and deleted as the
 * turn writes: a virtual machine may have given its free memory back, and whoever comes first waits
 * until it is there again.
 *
 * <p>Arguments: {@code split} or {@code growth}, how many megabytes (of {@code growth} the least;
 * the most is eight times as much), and a folder with room for four times the most.
 */
@NullUnmarked
public final class SplitBenchmark {
  private static final int ROUNDS = 5;
  private static final int RANKS = 4;
  private static final int LAYERS = 16;

  private SplitBenchmark() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("child")) {
      child(args[1], Path.of(args[2]));
      return;
    }
    Path folder = Files.createTempDirectory(Path.of(args[2]), "split-benchmark");
    long megabytes = Long.parseLong(args[1]);
    try {
      if (args[0].equals("growth")) {
        for (int times = 1; times <= 8; times *= 2) {
          growth(folder, megabytes * times);
        }
      } else {
        write(folder, megabytes << 20);
        split(folder);
      }
    } finally {
      Folders.delete(folder);
    }
  }

  /** What one turn took. */
  private record Turn(double seconds, long peakMegabytes) {}

  private static void split(Path folder) throws Exception {
    long bytes = Files.size(folder.resolve("model.safetensors"));
    ours(folder, "pipeline", bytes); // and the parts are there
    Path parts = Files.move(folder.resolve("out"), folder.resolve("parts"));
    double[] theirs = new double[ROUNDS];
    List<Turn> pipeline = new ArrayList<>();
    List<Turn> tensor = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      theirs[round] = theirs(folder, parts, bytes);
      pipeline.add(ours(folder, "pipeline", bytes));
      tensor.add(ours(folder, "tensor", bytes));
    }
    double cp = median(theirs);
    double piped = median(seconds(pipeline));
    double cut = median(seconds(tensor));
    System.out.printf(
        "%d MB: cp and md5sum %.2f s, pipeline %.2f s (%s): %.2f of their time; tensor parallel"
            + " %.2f s: %.2f of the pipeline's; at most %d MB resident%n",
        bytes >> 20,
        cp,
        piped,
        Arrays.toString(seconds(pipeline)),
        piped / cp,
        cut,
        cut / piped,
        peak(pipeline, tensor));
  }

  private static void growth(Path folder, long megabytes) throws Exception {
    write(folder, megabytes << 20);
    List<Turn> turns = new ArrayList<>();
    double[] theirs = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      turns.add(ours(folder, "pipeline", megabytes << 20));
      Folders.delete(folder.resolve("out"));
      theirs[round] =
          command(folder, megabytes << 20, "cp model.safetensors copy && sync copy").seconds();
    }
    double seconds = median(seconds(turns));
    double copied = median(theirs);
    System.out.printf(
        "%d MB: %.2f s, %.3f s per GB; cp and sync %.2f s, %.3f s per GB: %.2f of it; at most %d MB"
            + " resident%n",
        megabytes,
        seconds,
        seconds * 1_024 / megabytes,
        copied,
        copied * 1_024 / megabytes,
        seconds / copied,
        peak(turns, turns));
  }

  private static double[] seconds(List<Turn> turns) {
    return turns.stream().mapToDouble(Turn::seconds).toArray();
  }

  private static long peak(List<Turn> one, List<Turn> other) {
    return Math.max(
        one.stream().mapToLong(Turn::peakMegabytes).max().orElse(0),
        other.stream().mapToLong(Turn::peakMegabytes).max().orElse(0));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double theirs(Path folder, Path parts, long bytes) throws Exception {
    Said said =
        command(
            folder,
            bytes,
            "cp model.safetensors copy && printf '%s\\n' "
                + parts.getFileName()
                + "/*.safetensors | xargs -P 2 -n 1 md5sum");
    if (said.output().lines().count() != RANKS) {
      throw new IllegalStateException(said.output());
    }
    return said.seconds();
  }

  /** What a command took, and what it said. */
  private record Said(double seconds, String output) {}

  /** Runs a command that makes a file {@code copy}. */
  private static Said command(Path folder, long bytes, String command) throws Exception {
    touch(folder, bytes);
    Process process = new ProcessBuilder("sh", "-c", command).directory(folder.toFile()).start();
    long start = System.nanoTime();
    String output = end(process);
    double seconds = (System.nanoTime() - start) / 1e9;
    Files.delete(folder.resolve("copy"));
    return new Said(seconds, output);
  }

  private static Turn ours(Path folder, String strategy, long bytes) throws Exception {
    Folders.delete(folder.resolve("out"));
    List<String> command =
        ChildJava.command(
            SplitBenchmark.class,
            List.of("-Xmx64m", "-XX:+UseSerialGC"),
            "child",
            strategy,
            folder.toString());
    try (ChildJava child = ChildJava.start(command, Map.of(), folder.resolve("errors"))) {
      int unused = child.process().getInputStream().read(); // it is ready
      touch(folder, bytes);
      child.process().getOutputStream().write('\n');
      child.process().getOutputStream().flush();
      String[] said = child.output().strip().split(" ", -1);
      return new Turn(Double.parseDouble(said[0]), Long.parseLong(said[1]) >> 10);
    }
  }

  private static String end(Process process) throws Exception {
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
    return output;
  }

  private static void child(String strategy, Path folder) throws IOException {
    Path small = Files.createTempDirectory(folder, "small");
    write(small, 32 << 20);
    split(strategy, small);
    split(strategy, small);
    Folders.delete(small);
    System.out.print("!");
    System.out.flush();
    System.in.read();
    long start = System.nanoTime();
    split(strategy, folder);
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.println(seconds + " " + peakKilobytes());
  }

  private static void split(String strategy, Path folder) throws IOException {
    SplitOptions options = SplitOptions.of(RANKS);
    SplitPlan plan =
        SplitPlan.of(
            Checkpoint.open(folder),
            strategy.equals("tensor") ? options.tensorParallel(RANKS) : options);
    new CheckpointSplitter().split(plan, plan.shards(Granularity.RANK), folder.resolve("out"));
  }

  private static long peakKilobytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0);
  }

  /** A Llama of about this size, whose embedding and head are small beside its layers. */
  private static void write(Path folder, long bytes) throws IOException {
    int hidden = (int) Math.sqrt(bytes / (4.0 * LAYERS * 11)) / 32 * 32;
    TestModels model =
        TestModels.llama(new TestModels.Size(LAYERS, hidden, 8, 4, 8 * hidden / 3 / 32 * 32, 512));
    byte[] header = model.header();
    byte[] block = new byte[1 << 20];
    Random random = new Random(1);
    random.nextBytes(block);
    Files.write(folder.resolve("config.json"), model.configJson());
    try (OutputStream out =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve("model.safetensors")))) {
      out.write(header);
      long number = 0;
      for (long left = model.dataBytes(); left > 0; left -= Math.min(left, block.length)) {
        ByteBuffer.wrap(block).putLong(number++);
        out.write(block, 0, (int) Math.min(left, block.length));
      }
    }
  }

  /** Makes the system get the memory that it will need. */
  private static void touch(Path folder, long bytes) throws IOException {
    Path warm = folder.resolve("warm");
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(warm)) {
      for (long written = 0; written < bytes; written += block.length) {
        out.write(block);
      }
    }
    Files.delete(warm);
  }
}
