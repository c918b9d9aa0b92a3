package io.modelsplitter.examples;

import io.modelsplitter.ModelSplitterExecutor;
import io.modelsplitter.error.Problems;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of {@link SafetensorsSplitter}, which has nothing but help and version. */
@Command(
    name = "safetensors-splitter",
    mixinStandardHelpOptions = true,
    versionProvider = SplitterArguments.Version.class,
    description =
        "Splits the model that TASK_DATA names, stores and registers the pieces, and reports the"
            + " task. Takes environment variables and no arguments, as a container does.",
    footerHeading = "%nVariables:%n",
    footer = {
      "  TASK_ID                    the task, which is in the task registry",
      "  TASK_DATA                  JSON: model_name, model_download_url, world_size,",
      "                             model_split_config",
      "  TASK_STATUS_UPDATE_URL     the task registry",
      "  MODEL_LAYERS_REGISTRY_URL  the model layers registry",
      "  BLOCK_DB_URL               the block registry",
      "  LAYER_STORE_URL            where the pieces go: file:///... or s3://bucket/prefix",
      "",
      "sdk-core/LIFECYCLE.md has the others and the exit codes,",
      "examples/safetensors-splitter/README.md has model_split_config."
    })
final class SplitterArguments implements Callable<Integer> {

  private SplitterArguments() {}

  /** Explains the splitter, or what is wrong with the arguments; answers the exit code. */
  static int explain(String[] args) {
    return new CommandLine(new SplitterArguments())
        .setParameterExceptionHandler(
            (e, unused) -> {
              System.err.println(
                  "safetensors-splitter: "
                      + Problems.oneLine(String.valueOf(e.getMessage()))
                      + "; it takes environment variables only, and --help names them");
              return ModelSplitterExecutor.EXIT_BAD_INPUT;
            })
        .execute(args);
  }

  /** Reached only where an argument is no argument at all, such as {@code --}. */
  @Override
  public Integer call() {
    System.err.println("safetensors-splitter: run it without arguments; see --help");
    return ModelSplitterExecutor.EXIT_BAD_INPUT;
  }

  /** The version in the jar's manifest. */
  static final class Version extends ManifestVersion {
    Version() {
      super("safetensors-splitter");
    }
  }
}
