package io.modelsplitter.examples.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands have in common. */
abstract class ToolCommand implements Callable<Integer> {
  private final Surroundings surroundings;

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private final CommonOptions common = new CommonOptions();

  @Option(
      names = {"-q", "--quiet"},
      description = "Say nothing on standard error but what went wrong.")
  private boolean quiet;

  ToolCommand(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** The variables and standard output that the command was started with. */
  final Surroundings surroundings() {
    return surroundings;
  }

  /** Says how far the command is, unless it is to be quiet. */
  final Progress progress() {
    return quiet ? Progress.none() : surroundings.progress();
  }
}
