package io.modelsplitter.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.file.FileDigests;
import io.modelsplitter.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardMetadataTest {

  @Test
  void of_manyTensors_staysSmall() {
    SplitPlan plan =
        SplitPlan.pipeline(
            TestModels.mixtral(new TestModels.Size(48, 16, 4, 2, 24, 11), 64).checkpoint(), 2);
    Shard shard = plan.shards(Granularity.RANK).get(0);
    assertTrue(shard.parts().size() > 4_000);
    Map<String, Object> metadata =
        ShardMetadata.of(plan, shard, new FileDigests(1, "0".repeat(32), "0".repeat(64)));
    String text = Json.write(metadata);
    assertTrue(text.length() < 3_000, text);
    assertTrue(
        text.contains(
            "{\"name\":\"model.layers.*.block_sparse_moe.experts.*.w2.weight\",\"dtype\":\"F32\","
                + "\"shape\":[16,24],\"count\":1536}"),
        text);
    assertEquals(List.of(0, 24), metadata.get("layer_range"));
  }
}
