package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.SealedCredentials;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRecords;
import io.modelsplitter.registry.Stored;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** Split runners in the table {@code split_runner}. */
final class JdbcSplitRunnerRecords extends JdbcRecords<SplitRunner> implements SplitRunnerRecords {

  JdbcSplitRunnerRecords(Database database) {
    super(database, DocumentTable.SPLIT_RUNNER, "split runner", SplitRunnerRow::row);
  }

  @Override
  Map<String, Object> toMap(SplitRunner runner) {
    return runner.toMap();
  }

  @Override
  SplitRunner updated(SplitRunner runner, Update update) {
    return runner.updated(update);
  }

  @Override
  org.jdbi.v3.core.statement.Update write(Handle handle, Stored<SplitRunner> stored) {
    return SplitRunnerRow.bind(handle.createUpdate(SplitRunnerRow.UPDATE), stored);
  }

  @Override
  public void check(SplitRunner runner) {
    table.check(new Stored<>(runner, 1, now()));
  }

  @Override
  public Stored<SplitRunner> add(SplitRunner runner, SealedCredentials credentials) {
    Stored<SplitRunner> stored = new Stored<>(runner, 1, now());
    try {
      table.insert(
          stored,
          SplitRunnerRow.INSERT,
          insert -> SplitRunnerRow.bind(insert, stored).bind("credentials", credentials.text()));
      return stored;
    } catch (JdbiException e) {
      if (!Database.isDuplicateKey(e)) {
        throw e;
      }
      String id = runner.splitRunnerId();
      throw new ConflictException(
          "there is a split runner " + id + " already", id, get(id).value().toMap());
    }
  }

  @Override
  public SealedCredentials credentials(String splitRunnerId) {
    if (!RecordIds.isValid(splitRunnerId)) {
      throw notFound(splitRunnerId);
    }
    return database.run(
        handle ->
            handle
                .createQuery("SELECT credentials FROM split_runner WHERE split_runner_id = :id")
                .bind("id", splitRunnerId)
                .mapTo(String.class)
                .findOne()
                .map(SealedCredentials::new)
                .orElseThrow(() -> notFound(splitRunnerId)));
  }
}
