package io.modelsplitter.examples.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What the tool finds around it.
 *
 * @param environment the variables
 * @param results standard output
 * @param errors standard error
 * @param isTerminal whether standard error is a terminal; asked only when there is progress to show
 */
record Surroundings(
    Map<String, String> environment,
    Results results,
    PrintStream errors,
    BooleanSupplier isTerminal) {

  /** Those of this process. */
  static Surroundings fromEnvironment() {
    return new Surroundings(
        System.getenv(),
        new Results(new FileOutputStream(FileDescriptor.out)),
        System.err,
        Surroundings::isStandardErrorTerminal);
  }

  /** Whether a terminal, if there is one, shows text only. */
  boolean isDumb() {
    return environment.getOrDefault("TERM", "").equals("dumb");
  }

  /** A bar where somebody looks at a terminal that can show it, else lines. */
  Progress progress() {
    boolean hasBar =
        !isDumb() && !environment.getOrDefault("TERM", "").isEmpty() && isTerminal.getAsBoolean();
    return hasBar ? Progress.bar(errors) : Progress.lines(errors);
  }

  /** Java tells of standard input and output only, and of these both or none. */
  private static boolean isStandardErrorTerminal() {
    try {
      return new ProcessBuilder("test", "-t", "2").inheritIO().start().waitFor() == 0;
    } catch (IOException e) { // no Unix: lines will do
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
