package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.FolderNames;
import io.modelsplitter.SharedData;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardWriterTest {
  @TempDir Path folder;

  private final ShardWriter writer = ShardWriter.of(TestModels.gpt2(TestModels.SMALL).checkpoint());

  private static List<TensorPart> parts(Checkpoint checkpoint) {
    return checkpoint.tensors().values().stream().map(TensorPart::whole).toList();
  }

  @Test
  void write_layout_isThatOfTheFormatsOwnWriter() throws IOException {
    Path source =
        TestFiles.raw(
            folder.resolve("m.safetensors"),
            """
            {"b": {"dtype": "F16", "shape": [1], "data_offsets": [0, 2]},
             "z\\"\\n\\u00e9": {"dtype": "F32", "shape": [], "data_offsets": [2, 6]},
             "a": {"dtype": "F32", "shape": [1, 1], "data_offsets": [6, 10]},
             "i": {"dtype": "I64", "shape": [0], "data_offsets": [10, 10]}}
            """,
            10);
    Checkpoint checkpoint = Checkpoint.open(source);
    Path target = folder.resolve("out.safetensors");
    writer.write(parts(checkpoint), target);
    byte[] bytes = Files.readAllBytes(target);
    String expected =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"i\":{\"dtype\":\"I64\",\"shape\":[0],\"data_offsets\":[0,0]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]},"
            + "\"z\\\"\\n\u00e9\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[4,8]},"
            + "\"b\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[8,10]}}";
    int length = expected.getBytes(StandardCharsets.UTF_8).length;
    int padded = (length + 7) / 8 * 8;
    assertEquals(
        expected + " ".repeat(padded - length),
        new String(bytes, 8, padded, StandardCharsets.UTF_8));
    assertEquals(padded, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
    assertEquals(8 + padded + 10, bytes.length);
    assertEquals(TestFiles.tensors(source), TestFiles.tensors(target));
  }

  @Test
  void write_digests_areThoseOfTheFile() throws IOException {
    Path source = TestFiles.vectors(folder.resolve("m.safetensors"), 700_000, "h.0.x", "h.0.y");
    List<TensorPart> tensors = parts(Checkpoint.open(source));
    Path target = folder.resolve("new/out.safetensors");
    FileDigests digests = writer.write(tensors, target);
    assertEquals(new LayerHash().digests(target), digests);
    assertEquals(digests, writer.digest(tensors));
  }

  @Test
  void write_sameTensorsInAnotherOrder_areTheSameBytes() throws IOException {
    Path source = TestFiles.vectors(folder.resolve("m.safetensors"), 3, "c", "a", "b", "A");
    List<TensorPart> tensors = new ArrayList<>(parts(Checkpoint.open(source)));
    FileDigests digests = writer.digest(tensors);
    Collections.shuffle(tensors, new Random(3));
    assertEquals(digests, writer.digest(tensors));
  }

  @Test
  void write_sourceThatBecameShorter_leavesNothing() throws IOException {
    Path source = TestFiles.vectors(folder.resolve("m.safetensors"), 100, "h.0.x");
    List<TensorPart> tensors = parts(Checkpoint.open(source));
    Files.write(source, new byte[50]);
    Path out = Files.createDirectory(folder.resolve("out"));
    assertThrows(
        BadInputException.class, () -> writer.write(tensors, out.resolve("x.safetensors")));
    assertEquals(List.of(), FolderNames.of(out));
  }

  @Test
  void story_splitsMergeIntoTheOriginal() throws IOException {
    Path story = SharedData.require("data/story");
    Path original = story.resolve("model.safetensors");
    assertEquals("19909ca2a9af3902cfe499c94bc20403", new LayerHash().getHash(original.toString()));
    Checkpoint checkpoint = Checkpoint.open(story);
    for (int worldSize : new int[] {1, 2}) {
      SplitPlan plan = SplitPlan.pipeline(checkpoint, worldSize);
      Map<String, List<Object>> merged = new LinkedHashMap<>();
      List<Set<String>> names = new ArrayList<>();
      for (SplitPlan.RankPlan rank : plan.ranks()) {
        Path file = folder.resolve(worldSize + "-" + rank.rank() + ".safetensors");
        writer.write(rank.parts(), file);
        Map<String, List<Object>> tensors = TestFiles.tensors(file);
        names.add(tensors.keySet());
        merged.putAll(tensors);
        assertEquals(rank.parts().size(), tensors.size());
      }
      assertTrue(names.get(0).contains("model.embed_tokens.weight"));
      assertTrue(names.get(worldSize - 1).contains("lm_head.weight"));
      assertEquals(merged.get("lm_head.weight"), merged.remove("model.embed_tokens.weight"));
      assertEquals(TestFiles.tensors(original), merged);
    }
  }
}
