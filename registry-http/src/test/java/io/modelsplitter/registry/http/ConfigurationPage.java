package io.modelsplitter.registry.http;

import io.modelsplitter.job.ProcessJobLauncher;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Makes {@code CONFIGURATION.md} from the options of the server. */
final class ConfigurationPage {
  private static final Pattern DEFAULT = Pattern.compile("(.*?) ?Default: (.*)\\.", Pattern.DOTALL);

  /** By the names of the mixins. */
  private static final Map<String, String> HEADINGS = headings();

  private ConfigurationPage() {}

  private static Map<String, String> headings() {
    Map<String, String> headings = new LinkedHashMap<>();
    headings.put("options", "The server");
    headings.put("networkOptions", "The network and its limits");
    headings.put("jobOptions", "Split jobs");
    headings.put("runnerOptions", "Split runners");
    return headings;
  }

  static String make() {
    CommandSpec server = ServerMain.commandLine(Map.of()).getCommandSpec();
    if (!HEADINGS.keySet().equals(server.mixins().keySet())) {
      throw new IllegalStateException("name a heading for each of " + server.mixins().keySet());
    }
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Options of the server

        Made from the options themselves by `ConfigurationPageTest`, which says how to make it again.

        `java -jar model-splitter-server.jar --help` shows them, too. Each is also an environment
        variable; the option wins, and a variable that is set to nothing is as if it were not. A flag is
        `true` or `false` in a variable. What is wrong is one line on standard error, and exit code 2.
        [OPERATIONS.md](OPERATIONS.md) tells how servers are run, [SECURITY.md](SECURITY.md) what
        protects them.
        """);
    HEADINGS.forEach(
        (mixin, heading) ->
            table(page, heading, Objects.requireNonNull(server.mixins().get(mixin))));
    page.append(
        """

        ## Variables that are no options

        A job is told where to call: the server's own variable of that name, or its `--public-url`.

        """);
    list(page, ServerJobOptions.URLS);
    page.append(
        """

        With `--launcher process` a job also gets these of the server's environment, and no others; in a
        cluster they come from the Secret of `--job-secret`.

        """);
    list(page, List.copyOf(new TreeSet<>(ProcessJobLauncher.PASSED_ON)));
    page.append(
        """

        To a server `MODEL_SPLITTER_TOKEN_FILE` is the file of `--token-file`: who may call it. The token
        that it calls others with, as `--role runner` does, is in `MODEL_SPLITTER_TOKEN`. A job has a token
        of its own in it where the registry issues them ([SECURITY.md](SECURITY.md)). For other clients
        `MODEL_SPLITTER_TOKEN_FILE` names a file with one token in it.

        `--role runner` itself calls the first of the URLs above, and does not start without.
        """);
    return page.toString();
  }

  private static void list(StringBuilder page, List<String> variables) {
    variables.forEach(variable -> page.append("- `").append(variable).append("`\n"));
  }

  private static void table(StringBuilder page, String heading, CommandSpec options) {
    page.append("\n## ").append(heading).append("\n\n");
    page.append("| option | variable | default | |\n|---|---|---|---|\n");
    options.options().stream()
        .sorted((a, b) -> a.longestName().compareTo(b.longestName()))
        .forEach(option -> page.append(row(option)).append('\n'));
  }

  private static String row(OptionSpec option) {
    String description = String.join(" ", option.description());
    Matcher matcher = DEFAULT.matcher(description);
    boolean says = matcher.matches();
    boolean isFlag = option.type() == boolean.class && option.arity().max() == 0;
    String missing = says ? matcher.group(2) : isFlag ? "`false`" : "—";
    String meaning = says ? matcher.group(1) : description;
    String parameter = isFlag ? "" : " " + escaped(option.paramLabel());
    return "| `%s%s` | `%s` | %s | %s |"
        .formatted(
            option.longestName(),
            parameter,
            EnvironmentDefaults.variable(option),
            escaped(says ? missing.replaceFirst("^(?!any$)([^ ]*)$", "`$1`") : missing),
            escaped(meaning));
  }

  private static String escaped(String cell) {
    return cell.replace("|", "\\|").replace("\n", " ");
  }
}
