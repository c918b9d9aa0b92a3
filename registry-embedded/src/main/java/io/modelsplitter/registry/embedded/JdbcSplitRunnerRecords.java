package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.SealedCredentials;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRecords;
import io.modelsplitter.registry.Stored;
import java.time.Instant;
import java.util.LinkedHashMap;
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
  Map<String, Object> values(Stored<SplitRunner> stored) {
    return SplitRunnerRow.values(stored);
  }

  @Override
  String updateSql() {
    return SplitRunnerRow.UPDATE;
  }

  @Override
  public void check(SplitRunner runner) {
    table.check(new Stored<>(runner, 1, now()));
  }

  @Override
  public void beginDeployment(String splitRunnerId, SealedCredentials credentials) {
    try {
      database.run(
          handle ->
              handle
                  .createUpdate(
                      """
                      INSERT INTO split_runner_deployment (split_runner_id, credentials, since)
                      VALUES (:id, :credentials, :since)
                      """)
                  .bind("id", splitRunnerId)
                  .bind("credentials", credentials.text())
                  .bind("since", now().getEpochSecond())
                  .execute());
    } catch (JdbiException e) {
      if (!Database.isDuplicateKey(e)) {
        throw e;
      }
      throw new ConflictException(
          "split runner " + splitRunnerId + " is being deployed already", splitRunnerId, Map.of());
    }
  }

  @Override
  public void endDeployment(String splitRunnerId) {
    boolean unused = database.run(handle -> endDeployment(handle, splitRunnerId));
  }

  private static boolean endDeployment(Handle handle, String splitRunnerId) {
    return handle
            .createUpdate("DELETE FROM split_runner_deployment WHERE split_runner_id = :id")
            .bind("id", splitRunnerId)
            .execute()
        > 0;
  }

  @Override
  public Map<String, Deployment> deploymentsBefore(Instant moment) {
    return database.run(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT split_runner_id, credentials, since
                    FROM split_runner_deployment WHERE since < :moment ORDER BY since
                    """)
                .bind("moment", moment.getEpochSecond())
                .reduceRows(
                    new LinkedHashMap<>(),
                    (all, row) -> {
                      all.put(
                          row.getColumn("split_runner_id", String.class),
                          new Deployment(
                              new SealedCredentials(row.getColumn("credentials", String.class)),
                              Instant.ofEpochSecond(row.getColumn("since", Long.class))));
                      return all;
                    }));
  }

  /** Both at once, or a killed server would leave a runner that is registered and abandoned. */
  @Override
  public Stored<SplitRunner> add(SplitRunner runner, SealedCredentials credentials) {
    String id = runner.splitRunnerId();
    Stored<SplitRunner> stored = new Stored<>(runner, 1, now());
    Map<String, Object> values = values(stored);
    values.put("credentials", credentials.text());
    insertUnlessThere(id, () -> insert(stored, values))
        .ifPresent(
            there -> {
              throw new ConflictException(
                  "there is a split runner " + id + " already", id, there.value().toMap());
            });
    return stored;
  }

  private void insert(Stored<SplitRunner> stored, Map<String, Object> values) {
    String id = stored.value().splitRunnerId();
    table.insertAfter(
        handle -> {
          if (!endDeployment(handle, id)) {
            throw new ConflictException(
                "the deployment of split runner " + id + " was given up meanwhile", id, Map.of());
          }
        },
        stored,
        SplitRunnerRow.INSERT,
        values);
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
