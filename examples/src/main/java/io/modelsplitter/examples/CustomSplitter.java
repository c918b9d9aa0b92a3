package io.modelsplitter.examples;

import io.modelsplitter.Context;
import io.modelsplitter.ModelSplitter;
import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.PhaseResult;
import java.util.List;
import java.util.Map;

// readme:start
/** The smallest splitter: it only says what it would do. */
public record CustomSplitter(Context context) implements ModelSplitter {
  @Override
  public PhaseResult begin() {
    return PhaseResult.ok(Map.of("download_path", "/tmp/" + context.modelName() + ".tar.gz"));
  }

  @Override
  public PhaseResult main(Map<String, Object> extraData) {
    return PhaseResult.ok(Map.of("splits", List.of("split1", "split2")));
  }

  @Override
  public PhaseResult finish(Map<String, Object> extraData) {
    return PhaseResult.ok(Map.of("status", "done", "model_plan_data", extraData));
  }

  public static void main(String[] args) {
    ModelSplitterExecutor.execute(CustomSplitter::new);
  }
}
// readme:end
