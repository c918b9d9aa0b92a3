package io.modelsplitter.examples.cli;

/** What the library logs: what a user should know, as lines without the names of threads. */
final class LogFormat {
  private static final String PREFIX = "org.slf4j.simpleLogger.";

  private LogFormat() {}

  /** To be called before the first logger is made; what Java was told with -D stays. */
  static void apply() {
    set("defaultLogLevel", "warn");
    set("showThreadName", "false");
    set("showLogName", "false");
    set("showShortLogName", "false");
    set("showDateTime", "false");
  }

  private static void set(String name, String value) {
    if (System.getProperty(PREFIX + name) == null) {
      System.setProperty(PREFIX + name, value);
    }
  }
}
