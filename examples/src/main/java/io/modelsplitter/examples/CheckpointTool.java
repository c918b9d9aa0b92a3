package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Splits and merges checkpoints on this machine, and tidies up the store of layers. */
@Command(
    name = "checkpoint",
    mixinStandardHelpOptions = true,
    version = "checkpoint 0.1.0",
    subcommands = {SplitCommand.class, MergeCommand.class},
    description =
        "Splits a checkpoint into files, merges them, or tidies up where they are stored.")
public final class CheckpointTool {

  private CheckpointTool() {}

  /** Runs a command; the exit code is 0 when it was done, 64 when the input is wrong. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new CheckpointTool())
            .addSubcommand(GcCommand.fromEnvironment())
            .setExecutionExceptionHandler((e, unused, parsed) -> fail(e))
            .execute(args));
  }

  private static int fail(Exception e) throws Exception {
    if (e instanceof ModelSplitterException || e instanceof IOException) {
      System.err.println("checkpoint: " + Problems.describe(e));
      return e instanceof BadInputException ? 64 : 1;
    }
    throw e;
  }
}
