package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  @TempDir Path folder;

  private Path file(String header, int dataBytes) throws IOException {
    return TestFiles.raw(folder.resolve("m.safetensors"), header, dataBytes);
  }

  @Test
  void open_file_hasItsTensors() throws IOException {
    Path file =
        file(
            """
            {"a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
             "scalar": {"dtype": "I64", "shape": [], "data_offsets": [24, 32]},
             "empty": {"dtype": "F16", "shape": [0, 7], "data_offsets": [32, 32]},
             "nibbles": {"dtype": "F4", "shape": [4], "data_offsets": [32, 34]},
             "__metadata__": {"format": "pt"}}
            """,
            34);
    Checkpoint checkpoint = Checkpoint.open(file);
    Tensor a = checkpoint.tensors().get("a");
    assertEquals(
        new Tensor("a", DType.F32, List.of(2L, 3L), ByteSource.of(file), Files.size(file) - 34, 24),
        a);
    assertEquals(Set.of("a", "scalar", "empty", "nibbles"), checkpoint.tensors().keySet());
    assertEquals(Map.of("format", "pt"), checkpoint.aliases());
    assertEquals(6, a == null ? 0 : a.elements());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[]                                                                      | START_OBJECT",
        "{\"a\":1}                                                               | START_OBJECT",
        "{\"a\":{}}                                                              | needs dtype",
        "{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}        | F99",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}      | two data_offsets",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}        | 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}        | [8, 0]",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}       | -8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}       | -2",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}      | VALUE_NUMBER_FLOAT",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}       | data has 8 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}        | fill 4 bytes",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}        | begins at byte 4",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}} | impossible",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}} | header",
        "{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,8]}}         | impossible",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}} | \"x\"",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | Duplicate",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | overlap",
        "{\"__metadata__\":{\"a\":1}}                                            | VALUE_STRING",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} {}     | more than one",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}         | header",
        "{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  | surrogate",
      })
  void open_lyingHeader_saysWhatIsWrong(String header, String part) throws IOException {
    Path file = file(header, 8);
    BadInputException e = refused(BadInputException.class, () -> Checkpoint.open(file), part);
    assertTrue(String.valueOf(e.getMessage()).startsWith(file.toString()), e::getMessage);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 100_000_001, Long.MAX_VALUE, 5_000, 11})
  void open_lyingHeaderLength_isRefused(long length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = Files.write(folder.resolve("m.safetensors"), bytes.array());
    assertThrows(BadInputException.class, () -> Checkpoint.open(file));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 50})
  void open_cutOffFile_isRefused(int length) throws IOException {
    Path file = file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8);
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, length));
    assertThrows(BadInputException.class, () -> Checkpoint.open(file));
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    assertThrows(BadInputException.class, () -> Checkpoint.open(file));
    Files.write(file, Arrays.copyOf(whole, whole.length + 1));
    assertThrows(BadInputException.class, () -> Checkpoint.open(file));
  }

  @ParameterizedTest
  @ValueSource(strings = {"m.pt", "m.bin", "m.pth", "m.CKPT", "m.pkl"})
  void open_pickleByName_isRefusedUnread(String name) {
    refused(
        BadInputException.class,
        () -> Checkpoint.open(Files.createFile(folder.resolve(name))),
        "pickle");
  }

  @Test
  void open_pickleByContent_isRefused() throws IOException {
    for (byte[] start :
        List.of(
            new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0},
            new byte[] {(byte) 0x80, 2, '}', 'q', 0, 'X', 1, 2, 3})) {
      Path file = Files.write(folder.resolve("m.safetensors"), start);
      refused(BadInputException.class, () -> Checkpoint.open(file), "pickle");
    }
  }

  @Test
  void open_ggufThatIsCutOff_isRefused() throws IOException {
    Path file = Files.write(folder.resolve("m"), new byte[] {'G', 'G', 'U', 'F', 3, 0, 0, 0, 0, 0});
    refused(BadInputException.class, () -> Checkpoint.open(file), "GGUF");
  }

  @Test
  void open_metadata_isKeptAsFarAsItMayNameTensors() throws IOException {
    String note = "\"notes\": \"" + "x".repeat(5_000) + "\"";
    String tensor = "\"a\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}";
    String header = "{%s, \"__metadata__\": {%s, \"b\": \"a\"}}";
    assertEquals(
        Map.of("b", "a"), Checkpoint.open(file(header.formatted(tensor, note), 4)).aliases());
    StringBuilder many = new StringBuilder("\"n\": \"\"");
    for (int i = 0; i < 10_000; i++) {
      many.append(", \"").append(i).append("\": \"\"");
    }
    Path file = file(header.formatted(tensor, many), 4);
    refused(BadInputException.class, () -> Checkpoint.open(file), "10000 entries");
  }

  @Test
  void open_folder_takesConfigAndCompanions() throws IOException {
    TestFiles.vectors(folder.resolve("model.safetensors"), 2, "h.0.x");
    for (String name :
        List.of("config.json", "tokenizer.json", "tokenizer_config.json", "vocab.json")) {
      Files.writeString(folder.resolve(name), "{\"n_layer\": 1}");
    }
    Files.writeString(folder.resolve("merges.txt"), "x");
    Files.writeString(folder.resolve("README.md"), "x");
    Checkpoint checkpoint = Checkpoint.open(folder);
    assertEquals(Map.of("n_layer", 1), checkpoint.config());
    assertEquals(
        List.of(
            "config.json", "merges.txt", "tokenizer.json", "tokenizer_config.json", "vocab.json"),
        checkpoint.companions().stream().map(it -> it.getFileName().toString()).toList());
  }

  @Test
  void open_folderInAFolder_isFound() throws IOException {
    Path inner = Files.createDirectory(folder.resolve("gpt2"));
    TestFiles.vectors(inner.resolve("model.safetensors"), 2, "h.0.x");
    assertEquals(Set.of("h.0.x"), Checkpoint.open(folder).tensors().keySet());
  }

  @Test
  void open_shardedFolder_hasTheTensorsOfAll() throws IOException {
    TestFiles.vectors(folder.resolve("a.safetensors"), 2, "h.0.x", "h.0.y");
    TestFiles.vectors(folder.resolve("b.safetensors"), 2, "h.1.x");
    index("{\"h.0.x\":\"a.safetensors\",\"h.0.y\":\"a.safetensors\",\"h.1.x\":\"b.safetensors\"}");
    Checkpoint checkpoint = Checkpoint.open(folder);
    assertEquals(Set.of("h.0.x", "h.0.y", "h.1.x"), checkpoint.tensors().keySet());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "1",
        "{\"h.0.x\":\"../a.safetensors\"}",
        "{\"h.0.x\":\"/etc/passwd\"}",
        "{\"h.0.x\":\"missing.safetensors\"}",
        "{\"h.0.x\":5}",
        "{\"h.0.x\":\"a.safetensors\"}",
        "{\"h.0.x\":\"a.safetensors\",\"h.0.y\":\"a.safetensors\",\"h.0.z\":\"a.safetensors\"}",
        "{\"h.0.x\":\"a.safetensors\",\"h.0.y\":\"b.safetensors\"}",
      })
  void open_lyingIndex_isRefused(String weightMap) throws IOException {
    TestFiles.vectors(folder.resolve("a.safetensors"), 2, "h.0.x", "h.0.y");
    TestFiles.vectors(folder.resolve("b.safetensors"), 2, "h.0.y");
    index(weightMap);
    assertThrows(BadInputException.class, () -> Checkpoint.open(folder));
  }

  private void index(String weightMap) throws IOException {
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\":" + weightMap + "}");
  }

  @Test
  void open_folderWithoutACheckpoint_isRefused() throws IOException {
    assertThrows(BadInputException.class, () -> Checkpoint.open(folder));
    assertThrows(BadInputException.class, () -> Checkpoint.open(folder.resolve("missing")));
    Files.writeString(folder.resolve("pytorch_model.bin"), "x");
    refused(BadInputException.class, () -> Checkpoint.open(folder), "pickle");
  }

  @Test
  void open_twoFilesWithoutAnIndex_areRefused() throws IOException {
    TestFiles.vectors(folder.resolve("a.safetensors"), 2, "h.0.x");
    TestFiles.vectors(folder.resolve("b.safetensors"), 2, "h.1.x");
    assertThrows(BadInputException.class, () -> Checkpoint.open(folder));
  }
}
