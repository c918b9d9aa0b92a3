package io.modelsplitter.registry.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options in the server's help, below a heading for each of the classes that have them. */
final class ServerHelp {

  /** In the order of the help. */
  private static final Map<Class<?>, String> HEADINGS = new LinkedHashMap<>();

  static {
    HEADINGS.put(ServerOptions.class, "What is served, to whom, from which database");
    HEADINGS.put(ServerNetworkOptions.class, "The network, and limits");
    HEADINGS.put(ServerJobOptions.class, "Split jobs");
    HEADINGS.put(ServerRunnerOptions.class, "Split runners, in clusters of their own");
  }

  private ServerHelp() {}

  /** Renders the options of the server. */
  static String options(Help help) {
    CommandSpec server = help.commandSpec();
    List<OptionSpec> others = new ArrayList<>(server.options());
    StringBuilder groups = new StringBuilder();
    HEADINGS.forEach(
        (group, heading) -> {
          for (CommandSpec mixin : server.mixins().values()) {
            if (group.isInstance(mixin.userObject())) {
              others.removeIf(option -> mixin.findOption(option.longestName()) != null);
              groups.append(help.createHeading("%n" + heading + ":%n"));
              groups.append(help.optionListExcludingGroups(mixin.options()));
            }
          }
        });
    return help.optionListExcludingGroups(others) + groups;
  }
}
