package io.modelsplitter.registry.embedded;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A statement with {@code :names} for values, run without Jdbi: of what creating a layer took of
 * the processor outside of the database, Jdbi was a fifth.
 *
 * @param sql with a question mark for each name
 * @param names in their order
 */
record NamedStatement(String sql, List<String> names) {
  private static final Pattern NAME = Pattern.compile(":(\\w+)");

  /** By their text; there are a few for each table. */
  private static final Map<String, NamedStatement> KNOWN = new ConcurrentHashMap<>();

  /** A statement of ours, which has colons nowhere else. */
  static NamedStatement of(String sql) {
    return KNOWN.computeIfAbsent(sql, NamedStatement::parse);
  }

  private static NamedStatement parse(String sql) {
    List<String> names = new ArrayList<>();
    Matcher name = NAME.matcher(sql);
    while (name.find()) {
      names.add(name.group(1));
    }
    return new NamedStatement(name.replaceAll("?"), List.copyOf(names));
  }

  /** Runs it; answers how many rows it changed. */
  int execute(
      Connection connection, Dialect dialect, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < names.size(); i++) {
        Parameters.bind(statement, dialect, i + 1, values.get(names.get(i)));
      }
      StatementLimit.Running running = StatementLimit.begin(statement, sql);
      try {
        return statement.executeUpdate();
      } finally {
        running.end();
      }
    }
  }
}
