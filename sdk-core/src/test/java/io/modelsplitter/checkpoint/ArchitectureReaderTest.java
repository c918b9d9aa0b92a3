package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArchitectureReaderTest {

  @Test
  void read_whatIsWrong_isNamed() {
    Map<String, String> wrong =
        Map.of(
            "{}",
            "\"layer\" must be a string",
            "{\"layer\": \"x.\"}",
            "{layer} once",
            "{\"layer\": \"x.{layer}.\", \"frist\": []}",
            "\"frist\"",
            "{\"layer\": \"x.{layer}.\", \"first\": [1]}",
            "list of strings",
            "{\"layer\": \"x.{layer}.\", \"tensor_parallel\": [{\"match\": \"*\"}]}",
            "either",
            "{\"layer\": \"x.{layer}.\", \"tensor_parallel\": [{\"match\": \"*\", \"keep\": \"x\"}]}",
            "\"once\"");
    wrong.forEach(
        (json, part) -> {
          refused(
              BadInputException.class,
              () -> ArchitectureReader.read("given", Json.parseObject("rules", json), null),
              part);
        });
  }
}
