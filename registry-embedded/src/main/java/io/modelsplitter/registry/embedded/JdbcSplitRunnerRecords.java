package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.SealedCredentials;
import io.modelsplitter.registry.SplitRunner;
import io.modelsplitter.registry.SplitRunnerRecords;
import io.modelsplitter.registry.Stored;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** Split runners in the table {@code split_runner}. */
final class JdbcSplitRunnerRecords implements SplitRunnerRecords {
  /** One with more values than this would take minutes to store. */
  private static final int MAX_ENTRIES = 100_000;

  private final Database database;
  private final IndexedTable<Stored<SplitRunner>> table;

  JdbcSplitRunnerRecords(Database database) {
    this.database = database;
    this.table =
        new IndexedTable<>(
            database,
            DocumentTable.SPLIT_RUNNER,
            SplitRunnerRow::row,
            stored -> stored.value().toMap(),
            MAX_ENTRIES);
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
  public Stored<SplitRunner> get(String splitRunnerId) {
    return database.run(handle -> find(handle, splitRunnerId, "").value());
  }

  @Override
  public SealedCredentials credentials(String splitRunnerId) {
    checkId(splitRunnerId);
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

  @Override
  public Stored<SplitRunner> update(String splitRunnerId, Update update) {
    return change(splitRunnerId, update, null);
  }

  @Override
  public Stored<SplitRunner> update(String splitRunnerId, Update update, long version) {
    return change(splitRunnerId, update, version);
  }

  private Stored<SplitRunner> change(String id, Update update, @Nullable Long version) {
    return table.inTransaction(
        handle -> {
          Row<Stored<SplitRunner>> row = find(handle, id, "FOR UPDATE");
          Stored<SplitRunner> before = row.value();
          checkVersion(before, version);
          SplitRunner after = before.value().updated(update);
          if (Json.write(after.toMap()).equals(Json.write(before.value().toMap()))) {
            return before;
          }
          Stored<SplitRunner> stored = new Stored<>(after, before.version() + 1, now());
          table.replace(
              handle,
              row,
              stored,
              SplitRunnerRow.bind(handle.createUpdate(SplitRunnerRow.UPDATE), stored));
          return stored;
        });
  }

  private static void checkVersion(Stored<SplitRunner> stored, @Nullable Long version) {
    if (version != null && version != stored.version()) {
      String id = stored.value().splitRunnerId();
      throw new VersionConflictException(
          "split runner %s has version %d, not %d".formatted(id, stored.version(), version),
          id,
          stored.value().toMap());
    }
  }

  @Override
  public void delete(String splitRunnerId) {
    table.inTransaction(
        handle -> {
          table.delete(handle, find(handle, splitRunnerId, "FOR UPDATE"));
          return splitRunnerId;
        });
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super SplitRunner> action) {
    return table.query(query, stored -> action.accept(stored.value()));
  }

  @Override
  public Explanation explain(Query query) {
    return table.explain(query);
  }

  private static Row<Stored<SplitRunner>> find(Handle handle, String id, String lock) {
    checkId(id);
    return handle
        .createQuery("SELECT * FROM split_runner WHERE split_runner_id = :id " + lock)
        .bind("id", id)
        .map(SplitRunnerRow::row)
        .findOne()
        .orElseThrow(() -> notFound(id));
  }

  private static void checkId(String id) {
    if (!RecordIds.isValid(id)) {
      throw notFound(id);
    }
  }

  private static NotFoundException notFound(String id) {
    return new NotFoundException("there is no split runner " + Json.show(id), id);
  }

  private static Instant now() {
    return Instant.ofEpochSecond(Instant.now().getEpochSecond());
  }
}
