package io.modelsplitter.registry.http;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option that is not given is taken from the environment: {@code MODEL_SPLITTER_} and its name
 * in capitals, with {@code _} for {@code -}. A variable that is set to nothing is as if it were
 * not.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
  private final Map<String, String> environment;

  EnvironmentDefaults(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    String value = environment.get(variable(option));
    if (value == null || value.isEmpty()) {
      return null;
    }
    boolean flag = option.type() == boolean.class;
    if (flag && value.matches("(?i)1|yes|on")) {
      return "true";
    }
    return flag && value.matches("(?i)0|no|off") ? "false" : value;
  }

  /** The variable of an option. */
  static String variable(OptionSpec option) {
    String name = option.longestName().replaceFirst("^--", "").replace('-', '_');
    return "MODEL_SPLITTER_" + name.toUpperCase(Locale.ROOT);
  }
}
