package io.modelsplitter.registry.embedded;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database that is seen by a process which is killed after so many statements that write: from
 * then on nothing that it says arrives. Closed, it has no connections left, and what they had not
 * committed is taken back.
 */
final class KilledDataSource implements AutoCloseable {
  private final AtomicInteger left;
  private final DataSource dataSource;
  private final List<Connection> opened = new ArrayList<>();

  KilledDataSource(int statements, DataSource dataSource) {
    this.left = new AtomicInteger(statements);
    this.dataSource = through(DataSource.class, dataSource, this::connection);
  }

  /** What the process has. */
  DataSource dataSource() {
    return dataSource;
  }

  private @Nullable Object connection(@Nullable Object answer) {
    if (answer instanceof Connection connection) {
      opened.add(connection);
      return through(Connection.class, connection, this::statement);
    }
    return answer;
  }

  private @Nullable Object statement(@Nullable Object answer) {
    if (answer instanceof PreparedStatement prepared) {
      return through(PreparedStatement.class, prepared, it -> it);
    }
    return answer instanceof Statement statement
        ? through(Statement.class, statement, it -> it)
        : answer;
  }

  private <T> T through(
      Class<T> type, T target, Function<@Nullable Object, @Nullable Object> wrap) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              String name = method.getName();
              boolean writes = name.startsWith("execute") && !name.equals("executeQuery");
              if (writes ? left.getAndDecrement() <= 0 : left.get() < 0 && arrives(name)) {
                throw new SQLException("the process was killed");
              }
              try {
                return wrap.apply(method.invoke(target, arguments));
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  /** Whether the database would learn of it. */
  private static boolean arrives(String method) {
    return method.equals("getConnection")
        || method.equals("executeQuery")
        || method.equals("commit")
        || method.equals("setAutoCommit"); // which commits
  }

  @Override
  public void close() throws SQLException {
    for (Connection connection : opened) {
      if (!connection.isClosed()) {
        connection.rollback();
        connection.setAutoCommit(true);
        connection.close();
      }
    }
  }
}
