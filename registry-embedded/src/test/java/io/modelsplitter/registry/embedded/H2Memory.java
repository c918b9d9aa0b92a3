package io.modelsplitter.registry.embedded;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

/** H2 databases in memory. */
final class H2Memory {

  private H2Memory() {}

  /** It stays until the virtual machine ends. */
  static DataSource newDatabase() {
    return JdbcConnectionPool.create(
        "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa", "");
  }

  /** Gone when it is closed. */
  static HikariDataSource newPool() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID());
    config.setUsername("sa");
    config.setMaximumPoolSize(4);
    return new HikariDataSource(config);
  }
}
