package io.modelsplitter.examples.cli;

import io.modelsplitter.checkpoint.SplitPlan;
import io.modelsplitter.examples.ModelSource;
import io.modelsplitter.file.Folders;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says how a checkpoint would be split, from its headers. */
@Command(
    name = "plan",
    description = {
      "Says how a checkpoint would be split.",
      "Only headers are read, and nothing is unpacked. An archive at a URL is downloaded for that, and"
          + " removed again."
    })
final class PlanCommand extends ToolCommand {
  @Mixin private final ModelOptions model = new ModelOptions();

  @Option(names = "--json", description = "Print the whole plan, with every tensor, in JSON.")
  private boolean json;

  @Mixin private final WorkOptions works = new WorkOptions();

  PlanCommand(Surroundings surroundings) {
    super(surroundings);
  }

  @Override
  public Integer call() throws IOException {
    Path work = works.make();
    try {
      SplitPlan plan = plan(work);
      Results results = surroundings().results();
      if (json) {
        results.write(plan::writeJson);
      } else {
        plan.toTable().lines().forEach(results::line);
      }
      return ModelSplitterTool.EXIT_DONE;
    } finally {
      Folders.delete(work);
    }
  }

  private SplitPlan plan(Path work) throws IOException {
    try (Progress progress = progress()) {
      return model.plan(work, ModelSource.Wanted.HEADERS, progress);
    }
  }
}
