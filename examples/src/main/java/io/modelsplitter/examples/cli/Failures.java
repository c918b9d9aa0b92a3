package io.modelsplitter.examples.cli;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.Problems;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what went wrong into a line on standard error and an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  /** As of a process that SIGINT ends. */
  private static final int EXIT_INTERRUPTED = 130;

  private static final int EXIT_CLOSED_PIPE = 141;

  private final PrintStream errors;

  Failures(PrintStream errors) {
    this.errors = errors;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    String message = Problems.oneLine(String.valueOf(e.getMessage()));
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message += "; did you mean " + unmatched.getSuggestions().get(0) + "?";
    }
    say(message);
    errors.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return ModelSplitterTool.EXIT_BAD_INPUT;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult parsed)
      throws Exception {
    if (e instanceof ParameterException wrong) {
      return handleParseException(wrong, new String[0]);
    }
    return code(e);
  }

  /** Says what went wrong; throws what nobody expects. */
  int code(Exception e) throws Exception {
    if (e instanceof Results.OutputException output) {
      return code(output);
    }
    if (e instanceof InterruptedException || Thread.currentThread().isInterrupted()) {
      say("interrupted"); // whatever broke by that
      return EXIT_INTERRUPTED;
    }
    if (e instanceof UncheckedIOException unchecked) {
      IOException cause = unchecked.getCause();
      return code(cause == null ? new IOException(e) : cause);
    }
    if (e instanceof ModelSplitterException || e instanceof IOException) {
      say(Problems.describe(e));
      return e instanceof BadInputException
          ? ModelSplitterTool.EXIT_BAD_INPUT
          : ModelSplitterTool.EXIT_FAILED;
    }
    throw e;
  }

  /** As of a process that SIGPIPE ends; otherwise says what is wrong with standard output. */
  int code(Results.OutputException e) {
    if (e.isClosedPipe()) {
      return EXIT_CLOSED_PIPE;
    }
    say("cannot write to standard output: " + e.reason().getMessage());
    return ModelSplitterTool.EXIT_FAILED;
  }

  /** A line on standard error; what it tells may come from afar. */
  private void say(String message) {
    errors.println("model-splitter: " + Results.shown(message));
  }
}
