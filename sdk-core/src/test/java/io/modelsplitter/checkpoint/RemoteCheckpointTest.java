package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.checkpoint.TestModels.Size;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint on a server: the plan reads headers, and a rank reads its own bytes. */
@NullUnmarked
class RemoteCheckpointTest {
  private static final Size SIZE = new Size(4, 256, 4, 2, 512, 100);

  @TempDir Path folder = Path.of("");

  private CountingServer server;
  private final FileDownloader downloader = new FileDownloader();

  @BeforeEach
  void start() throws IOException {
    server = new CountingServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Checkpoint remote(String name) throws IOException {
    return Checkpoint.open(name, file -> downloader.open(server.url(file)));
  }

  private long headerLength(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(folder.resolve(name));
    return 8 + ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /** What a rank's file needs, and what the server sent for it. */
  private void assertRankReadsItsOwn(SplitPlan plan, Checkpoint local, int rank)
      throws IOException {
    assertEquals(plan.ranks().get(rank).bytes(), sentFor(plan, local, rank));
  }

  /** How many bytes the server sent for a rank, whose file is as that of a local checkpoint. */
  private long sentFor(SplitPlan plan, Checkpoint local, int rank) throws IOException {
    server.sent.set(0);
    server.requests.set(0);
    List<Shard> shards = plan.shards(Granularity.RANK, Set.of(rank));
    List<ShardFile> files = new CheckpointSplitter().split(plan, shards, folder.resolve("out"));
    FileDigests expected =
        ShardWriter.of(local)
            .digest(
                SplitPlan.of(
                        local, SplitOptions.of(plan.ranks().size()).tensorParallel(plan.tpDegree()))
                    .ranks()
                    .get(rank)
                    .parts());
    assertEquals(expected, files.get(0).digests());
    return server.sent.get();
  }

  @Test
  void plan_readsHeadersOnly_andARankItsOwnBytes() throws IOException {
    TestModels.llama(SIZE).write(folder, 5);
    SplitPlan plan = SplitPlan.pipeline(remote("model.safetensors"), 4);
    // The first byte for the size, the header's length, the header.
    assertEquals(1 + headerLength("model.safetensors"), server.sent.get());
    Checkpoint local = Checkpoint.open(folder.resolve("model.safetensors"));
    for (int rank = 0; rank < 4; rank++) {
      assertRankReadsItsOwn(plan, local, rank);
    }
  }

  @Test
  void tensorParallel_rowsFarApart_areReadAlone() throws IOException {
    // Half a row is 40 KB, which is not read only to be thrown away.
    rowParallel(8, 20_000);
    server.sendsRangeSets = false;
    Checkpoint remote = Checkpoint.open(folder, file -> downloader.open(server.url(file)));
    SplitPlan plan = SplitPlan.of(remote, SplitOptions.of(2).tensorParallel(2));
    long unused = sentFor(plan, Checkpoint.open(folder), 0); // it turns out to send one at a time
    assertRankReadsItsOwn(plan, Checkpoint.open(folder), 1);
  }

  /** A model with a projection of so many rows, of which each rank gets a part of every one. */
  private void rowParallel(long rows, long columns) throws IOException {
    TestModels model = new TestModels(new LinkedHashMap<>(), new LinkedHashMap<>());
    model.config().put("num_attention_heads", 4);
    model.shapes().put("model.layers.0.mlp.down_proj.weight", List.of(rows, columns));
    model.shapes().put("model.layers.0.self_attn.q_proj.weight", List.of(64L, 64L));
    model.write(folder, 5);
  }

  @Test
  void tensorParallel_manyShortRows_areReadTogetherAndWithoutTheGaps() throws IOException {
    rowParallel(1_000, 2_048); // 2 KB of each 8 KB
    Checkpoint remote = Checkpoint.open(folder, file -> downloader.open(server.url(file)));
    SplitPlan plan = SplitPlan.of(remote, SplitOptions.of(4).tensorParallel(4));
    for (int rank = 0; rank < 4; rank++) {
      long sent = sentFor(plan, Checkpoint.open(folder), rank);
      long own = plan.ranks().get(rank).bytes();
      assertTrue(sent <= own + own / 10, () -> "%d bytes for %d".formatted(sent, own));
      assertTrue(server.requests.get() <= 6, () -> server.requests + " requests");
    }
  }

  @Test
  void tensorParallel_rowsInWhichARankHasTwoPlaces_areRead() throws IOException {
    TestModels.gpt2(new Size(2, 512, 4, 4, 1_024, 50)).write(folder, 5);
    Checkpoint remote = Checkpoint.open(folder, file -> downloader.open(server.url(file)));
    SplitPlan plan = SplitPlan.of(remote, SplitOptions.of(2).tensorParallel(2));
    for (int rank = 0; rank < 2; rank++) {
      long sent = sentFor(plan, Checkpoint.open(folder), rank);
      long own = plan.ranks().get(rank).bytes();
      assertTrue(sent <= own + own / 5, () -> "%d bytes for %d".formatted(sent, own));
    }
  }

  @Test
  void tensorParallel_serverOfOneRangeAtATime_isReadThroughTheGaps() throws IOException {
    rowParallel(1_000, 2_048);
    server.sendsRangeSets = false;
    Checkpoint remote = Checkpoint.open(folder, file -> downloader.open(server.url(file)));
    SplitPlan plan = SplitPlan.of(remote, SplitOptions.of(4).tensorParallel(4));
    long unused = sentFor(plan, Checkpoint.open(folder), 0); // it turns out to send one at a time
    long sent = sentFor(plan, Checkpoint.open(folder), 3);
    assertTrue(sent <= Files.size(folder.resolve("model.safetensors")), () -> "sent " + sent);
    assertTrue(server.requests.get() <= 2, () -> server.requests + " requests");
  }

  @Test
  void folderWithAnIndex_readsTheHeadersOfItsFiles() throws IOException {
    TestFiles.vectors(folder.resolve("a.safetensors"), 2_000, "h.0.x", "h.0.y");
    TestFiles.vectors(folder.resolve("b.safetensors"), 2_000, "h.1.x");
    Path skeleton = Files.createDirectory(folder.resolve("skeleton"));
    Files.writeString(
        skeleton.resolve("model.safetensors.index.json"),
        Json.write(
            Map.of(
                "weight_map",
                Map.of(
                    "h.0.x",
                    "a.safetensors",
                    "h.0.y",
                    "a.safetensors",
                    "h.1.x",
                    "b.safetensors"))));
    Checkpoint remote = Checkpoint.open(skeleton, file -> downloader.open(server.url(file)));
    assertEquals(
        2 + headerLength("a.safetensors") + headerLength("b.safetensors"), server.sent.get());
    SplitPlan plan = SplitPlan.pipeline(remote, 2);
    server.sent.set(0);
    new CheckpointSplitter()
        .split(plan, plan.shards(Granularity.RANK, Set.of(1)), folder.resolve("out"));
    assertEquals(8_000, server.sent.get());
  }

  @Test
  void gguf_ranksReadTheirTensorsAndSettings() throws IOException {
    TestGguf.model(3).write(folder.resolve("m.gguf"));
    SplitPlan plan = SplitPlan.pipeline(remote("m.gguf"), 3);
    long planned = server.sent.get();
    assertTrue(planned <= 1 + (64 << 10), () -> "the plan read " + planned);
    server.sent.set(0);
    List<Shard> shards = plan.shards(Granularity.RANK, Set.of(1));
    List<ShardFile> files = new CheckpointSplitter().split(plan, shards, folder.resolve("out"));
    long tensors = plan.ranks().get(1).bytes();
    assertTrue(server.sent.get() >= tensors && server.sent.get() < tensors + 400);
    Checkpoint local = Checkpoint.open(folder.resolve("m.gguf"));
    assertEquals(
        ShardWriter.of(local).digest(SplitPlan.pipeline(local, 3).ranks().get(1).parts()),
        files.get(0).digests());
  }

  /** RFC 9110 lets a server join ranges and change their order; and some servers are wrong. */
  @Test
  void tensorParallel_setsThatAreAnsweredInAnotherWay_giveTheSameBytes() throws IOException {
    rowParallel(300, 512);
    List<UnaryOperator<List<int[]>>> ways =
        List.of(
            ranges -> {
              List<int[]> reversed = new ArrayList<>(ranges);
              Collections.reverse(reversed);
              return reversed;
            },
            ranges -> List.of(new int[] {ranges.get(0)[0], ranges.get(ranges.size() - 1)[1]}),
            ranges -> List.of(new int[] {ranges.get(0)[0], ranges.get(2)[1]}, ranges.get(3)),
            ranges -> ranges.subList(0, 1),
            ranges -> ranges.subList(1, ranges.size()),
            ranges -> List.of());
    for (UnaryOperator<List<int[]>> way : ways) {
      server.answered = way;
      FileDownloader fresh = new FileDownloader(); // which does not know the server yet
      Checkpoint remote = Checkpoint.open(folder, file -> fresh.open(server.url(file)));
      SplitPlan plan = SplitPlan.of(remote, SplitOptions.of(4).tensorParallel(4));
      for (int rank = 0; rank < 4; rank++) {
        long sent = sentFor(plan, Checkpoint.open(folder), rank); // which compares the digests
        assertTrue(sent > 0);
      }
    }
  }

  @Test
  void tensorParallel_fileThatChangesMeanwhile_isRefused() throws IOException {
    rowParallel(1_000, 2_048);
    Checkpoint remote = Checkpoint.open(folder, file -> downloader.open(server.url(file)));
    SplitPlan plan = SplitPlan.of(remote, SplitOptions.of(4).tensorParallel(4));
    for (String now : List.of("\"v2\"", "")) {
      server.validator = now;
      assertThrows(
          UnavailableException.class, () -> sentFor(plan, Checkpoint.open(folder), 1), now);
    }
  }
}
