package io.modelsplitter.registry.embedded;

import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** H2 databases in memory, which stay until the virtual machine ends. */
final class H2Memory {

  private H2Memory() {}

  static DataSource newDatabase() {
    return JdbcConnectionPool.create(
        "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
  }
}
