package io.modelsplitter.examples.cli;

import io.modelsplitter.examples.ManifestVersion;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;

/**
 * The command line of model-splitter. Results go to standard output, everything else to standard
 * error; {@code --help} has the exit codes.
 */
@Command(
    name = "model-splitter",
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Plans, splits, merges and hashes checkpoints on this machine, asks registries, and tidies"
            + " up where layers are stored.",
    footer = {
      "%nFor completion in bash and zsh: source <(model-splitter generate-completion).",
      "Where NO_COLOR is set, nothing is coloured."
    })
public final class ModelSplitterTool {
  static final int EXIT_DONE = 0;
  static final int EXIT_FAILED = 1;
  static final int EXIT_BAD_INPUT = 64;

  @Mixin
  @SuppressWarnings("UnusedVariable") // picocli acts on it
  private final CommonOptions common = new CommonOptions();

  private ModelSplitterTool() {}

  /** Runs a command, and ends the process with its exit code. */
  public static void main(String[] args) {
    LogFormat.apply();
    Interruption interruption = Interruption.guard();
    int code;
    try {
      code = run(Surroundings.fromEnvironment(), args);
    } finally {
      interruption.over();
    }
    System.exit(code);
  }

  /** Runs a command; answers the exit code. */
  static int run(Surroundings surroundings, String... args) {
    Failures failures = new Failures(surroundings.errors());
    CommandLine completion = new CommandLine(new GenerateCompletion());
    completion.getCommandSpec().versionProvider(new Version());
    CommandLine line =
        new CommandLine(new ModelSplitterTool())
            .addSubcommand(new PlanCommand(surroundings))
            .addSubcommand(new SplitCommand(surroundings))
            .addSubcommand(new MergeCommand(surroundings))
            .addSubcommand(new HashCommand(surroundings, failures))
            .addSubcommand(new LayersCommand(surroundings))
            .addSubcommand(new TasksCommand(surroundings))
            .addSubcommand(new GcCommand(surroundings))
            .addSubcommand(completion)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExpandAtFiles(false) // a file may be called @x
            .setOut(surroundings.results().writer())
            .setErr(new PrintWriter(surroundings.errors(), true, Charset.defaultCharset()))
            .setParameterExceptionHandler(failures)
            .setExecutionExceptionHandler(failures);
    if (surroundings.isDumb()) {
      line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    }
    int code = line.execute(args);
    try {
      surroundings.results().flush();
      return code;
    } catch (Results.OutputException e) {
      return failures.code(e);
    }
  }

  /** Of the tool; its subcommands have no others. */
  static final class Version extends ManifestVersion {
    Version() {
      super("model-splitter");
    }
  }
}
