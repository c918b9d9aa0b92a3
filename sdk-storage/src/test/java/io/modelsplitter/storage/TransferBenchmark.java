package io.modelsplitter.storage;

import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.modelsplitter.ChildJava;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.Folders;
import io.modelsplitter.file.LayerHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.jspecify.annotations.NullUnmarked;

/**
 * Downloads, uploads and hashes beside {@code curl}, {@code aws s3 cp} and {@code md5sum}: on
 * loopback, by turns, in one run, ours in a process of its own with {@code -Xmx64m}. CONTRIBUTING
 * says how to run it.
 *
 * <p>Ours first moves a little, so that starting Java is not measured. Before each turn as much is
 * written and deleted as the turn writes: a virtual machine may have given its free memory back,
 * and whoever comes first waits until it is there again.
 *
 * <p>Arguments: {@code http}, {@code s3} or {@code hash}, then how many megabytes.
 */
@NullUnmarked
public final class TransferBenchmark {
  private static final int ROUNDS = 7;
  private static final String SMALL = "small";

  private TransferBenchmark() {}

  /** Runs the benchmark. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("child")) {
      child(args);
      return;
    }
    Path folder = Files.createTempDirectory("transfer-benchmark");
    try {
      Path file = folder.resolve("file");
      write(file, Long.parseLong(args[1]) << 20);
      switch (args[0]) {
        case "http" -> http(folder, file);
        case "s3" -> s3(folder, file);
        default -> hash(file);
      }
    } finally {
      Folders.delete(folder);
    }
  }

  private static void write(Path file, long bytes) throws IOException {
    byte[] block = new byte[1 << 20];
    Random random = new Random(1);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long written = 0; written < bytes; written += block.length) {
        random.nextBytes(block);
        out.write(block);
      }
    }
  }

  private static void http(Path folder, Path file) throws Exception {
    try (FileServer server = new FileServer(file)) {
      Path target = folder.resolve("target");
      String to = target.toString();
      String url = server.url() + "file";
      List<String> curl = List.of("curl", "-s", "-o", to, url);
      long bytes = Files.size(file);
      compare("download, beside curl", target, bytes, curl, ours("download", server.url(), to));
      List<String> sum = List.of("sh", "-c", "curl -s -o " + to + " " + url + " && md5sum " + to);
      compare(
          "download with MD5 and SHA-256, beside curl && md5sum",
          target,
          bytes,
          sum,
          ours("fetch", server.url(), to));
    }
  }

  private static void s3(Path folder, Path file) throws Exception {
    S3ProxyExtension server =
        S3ProxyExtension.builder()
            .withCredentials("access", "secretsecret")
            .withBlobStoreProvider("filesystem-nio2")
            .build();
    server.beforeEach(null);
    try {
      long bytes = Files.size(file);
      write(folder.resolve(SMALL), 16 << 20);
      String endpoint = server.getUri().toString();
      MinioClient.builder()
          .endpoint(endpoint)
          .region(S3Manager.DEFAULT_REGION)
          .credentials("access", "secretsecret")
          .build()
          .makeBucket(MakeBucketArgs.builder().bucket("bench").build());
      String aws = "aws --endpoint-url " + endpoint + " s3 cp --only-show-errors ";
      compare(
          "S3 upload, beside aws s3 cp",
          folder.resolve("none"),
          bytes,
          List.of("sh", "-c", aws + file + " s3://bench/aws"),
          ours("upload", endpoint, file.toString()));
      Path target = folder.resolve("target");
      compare(
          "S3 download, beside aws s3 cp",
          target,
          bytes,
          List.of("sh", "-c", aws + "s3://bench/aws " + target),
          ours("get", endpoint, target.toString()));
    } finally {
      server.afterEach(null);
    }
  }

  private static void hash(Path file) throws Exception {
    double theirs = Double.MAX_VALUE;
    double mine = Double.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      theirs = Math.min(theirs, processorSeconds(List.of("md5sum", file.toString())));
      mine = Math.min(mine, processorSeconds(ours("hash", file.toString())));
    }
    System.out.printf(
        "hash: processor seconds md5sum %.2f, LayerHash %.2f, ratio %.3f%n",
        theirs, mine, mine / theirs);
    List<Path> parts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      parts.add(file.resolveSibling("part" + i));
      write(parts.get(i), Files.size(file) / 4);
    }
    Runtime runtime = Runtime.getRuntime();
    Duration before = ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    long start = System.nanoTime();
    new LayerHash().digests(parts);
    double wall = (System.nanoTime() - start) / 1e9;
    Duration used = ProcessHandle.current().info().totalCpuDuration().orElseThrow().minus(before);
    System.out.printf(
        "hash of 4 files: %.2f of %d processors busy%n",
        used.toMillis() / 1e3 / wall, runtime.availableProcessors());
  }

  private static double processorSeconds(List<String> command) throws Exception {
    List<String> timed =
        new ArrayList<>(List.of("bash", "-c", "TIMEFORMAT='%U %S'; time \"$@\"", "x"));
    timed.addAll(command);
    Process process = new ProcessBuilder(timed).redirectErrorStream(true).start();
    String last = "";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        last = line;
      }
    }
    String[] seconds = last.split(" ", -1);
    return Double.parseDouble(seconds[0]) + Double.parseDouble(seconds[1]);
  }

  private static void compare(
      String name, Path target, long bytes, List<String> theirs, List<String> ours)
      throws Exception {
    double[] their = new double[ROUNDS];
    double[] our = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      Files.deleteIfExists(target);
      touch(target, bytes);
      long start = System.nanoTime();
      end(start(theirs));
      their[round] = (System.nanoTime() - start) / 1e9;
      Files.deleteIfExists(target);
      try (ChildJava child = ChildJava.start(ours, Map.of(), target.resolveSibling("errors"))) {
        int unused = child.process().getInputStream().read(); // it is ready
        touch(target, bytes);
        child.process().getOutputStream().write('\n');
        child.process().getOutputStream().flush();
        our[round] = Double.parseDouble(child.output().strip().replaceFirst("(?s).*\n", ""));
      }
    }
    Arrays.sort(their);
    Arrays.sort(our);
    double a = their[ROUNDS / 2];
    double b = our[ROUNDS / 2];
    System.out.printf(
        "%s: seconds %.2f (%.2f to %.2f), ours %.2f (%.2f to %.2f): %.2f of its speed%n",
        name, a, their[0], their[ROUNDS - 1], b, our[0], our[ROUNDS - 1], a / b);
  }

  /** Makes the system get the memory that it will need. */
  private static void touch(Path target, long bytes) throws IOException {
    Path warm = target.resolveSibling("warm");
    byte[] block = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(warm)) {
      for (long written = 0; written < bytes; written += block.length) {
        out.write(block);
      }
    }
    Files.delete(warm);
  }

  private static Process start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "AWS_ACCESS_KEY_ID", "access",
                "AWS_SECRET_ACCESS_KEY", "secretsecret",
                "AWS_DEFAULT_REGION", S3Manager.DEFAULT_REGION));
    return builder.start();
  }

  private static void end(Process process) throws Exception {
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(process.info() + ": " + output);
    }
  }

  private static List<String> ours(String... args) {
    List<String> arguments = new ArrayList<>(List.of("child"));
    arguments.addAll(List.of(args));
    return ChildJava.command(
        TransferBenchmark.class,
        List.of(
            "-Xmx64m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
            "-Dorg.slf4j.simpleLogger.log.org=off"),
        arguments.toArray(new String[0]));
  }

  private static void child(String[] args) throws IOException {
    if (args[1].equals("hash")) {
      check(new LayerHash().getHash(args[2]) != null);
      return;
    }
    transfer(args[1], args[2], args[3], SMALL);
    System.out.print("!");
    System.in.read();
    long start = System.nanoTime();
    transfer(args[1], args[2], args[3], "file");
    System.out.println("\n" + (System.nanoTime() - start) / 1e9);
  }

  private static void transfer(String what, String server, String path, String name)
      throws IOException {
    Path file = name.equals(SMALL) ? Path.of(path).resolveSibling(SMALL) : Path.of(path);
    switch (what) {
      case "download" -> check(new FileDownloader().download(server + name, file.toString()));
      case "fetch" -> new FileDownloader().fetch(server + name, file);
      case "upload" -> s3(server).upload(file, "bench", name);
      default -> s3(server).download("bench", name, file);
    }
  }

  private static S3Manager s3(String endpoint) {
    return S3Manager.builder("access", "secretsecret").endpoint(endpoint).build();
  }

  private static void check(boolean done) {
    if (!done) {
      throw new IllegalStateException("it failed");
    }
  }

  /** Sends one file and ranges of it as fast as the system can. */
  private static final class FileServer implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("(?i)range: bytes=(\\d+)-(\\d*)");

    private final ServerSocketChannel socket =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final Path file;

    FileServer(Path file) throws IOException {
      this.file = file;
      Thread thread = new Thread(this::accept);
      thread.setDaemon(true);
      thread.start();
    }

    String url() {
      return "http://127.0.0.1:" + socket.socket().getLocalPort() + "/";
    }

    private void accept() {
      while (socket.isOpen()) {
        try {
          SocketChannel connection = socket.accept();
          Thread thread = new Thread(() -> serve(connection));
          thread.setDaemon(true);
          thread.start();
        } catch (IOException e) {
          return;
        }
      }
    }

    private void serve(SocketChannel connection) {
      try (connection;
          FileChannel source = FileChannel.open(file)) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(
                    Channels.newInputStream(connection), StandardCharsets.US_ASCII));
        long from = 0;
        long size = source.size();
        long to = size;
        boolean isPart = false;
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          Matcher matcher = RANGE.matcher(line);
          if (line.contains("/" + SMALL)) {
            size = Math.min(size, 64 << 20);
            to = size;
          }
          if (matcher.matches()) {
            isPart = true;
            from = Long.parseLong(matcher.group(1));
            to = matcher.group(2).isEmpty() ? to : Long.parseLong(matcher.group(2)) + 1;
          }
        }
        String head =
            (isPart
                    ? "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes "
                        + (from + "-" + (to - 1) + "/" + size + "\r\n")
                    : "HTTP/1.1 200 OK\r\n")
                + "Connection: close\r\nAccept-Ranges: bytes\r\nETag: \"x\"\r\nContent-Length: "
                + (to - from)
                + "\r\n\r\n";
        ByteBuffer bytes = ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          connection.write(bytes);
        }
        while (from < to) {
          from += source.transferTo(from, to - from, connection);
        }
      } catch (IOException e) {
        // the client has what it wants
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
