package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.error.VersionConflictException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Query;
import io.modelsplitter.registry.RecordIds;
import io.modelsplitter.registry.RecordRegistry;
import io.modelsplitter.registry.Stored;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Records with a key and a version in a table of documents: read, changed under a lock, forgotten
 * and asked alike, whatever they are.
 */
abstract class JdbcRecords<T> implements RecordRegistry<T> {
  /** One with more values than this would take minutes to store. */
  private static final int MAX_ENTRIES = 100_000;

  private static final int ATTEMPTS = 10;

  final Database database;
  final IndexedTable<Stored<T>> table;

  private final String what;
  private final DocumentTable columns;
  private final Row.Mapper<Stored<T>> mapper;

  /**
   * @param what what messages call a record
   */
  JdbcRecords(Database database, DocumentTable columns, String what, Row.Mapper<Stored<T>> mapper) {
    this.database = database;
    this.columns = columns;
    this.what = what;
    this.mapper = mapper;
    this.table =
        new IndexedTable<>(database, columns, mapper, stored -> toMap(stored.value()), MAX_ENTRIES);
  }

  /** A record as a document. */
  abstract Map<String, Object> toMap(T value);

  /** A record after an update. */
  abstract T updated(T value, Update update);

  /** What statements bind of a record, but for {@code shape}. */
  abstract Map<String, Object> values(Stored<T> stored);

  /** The statement that writes a row again. */
  abstract String updateSql();

  @Override
  public Stored<T> get(String id) {
    checkId(id);
    return find(id).orElseThrow(() -> notFound(id));
  }

  final Optional<Stored<T>> find(String id) {
    return database.find(columns, id, mapper).map(Row::value);
  }

  /**
   * Stores a record, unless there is one with its key; again where that one is deleted meanwhile.
   *
   * @param insert stores it, or fails because of its key
   * @return what has the key already; empty when the record is stored
   */
  final Optional<Stored<T>> insertUnlessThere(String id, Runnable insert) {
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      try {
        insert.run();
        return Optional.empty();
      } catch (JdbiException e) {
        if (!Database.isDuplicateKey(e)) {
          throw e;
        }
      }
      Optional<Stored<T>> there = find(id);
      if (there.isPresent()) { // else it was deleted meanwhile, and the key is free
        return there;
      }
    }
    throw new UnavailableException("the " + what + " " + Json.show(id) + " comes and goes", null);
  }

  @Override
  public Stored<T> update(String id, Update update) {
    return change(id, update, null);
  }

  @Override
  public Stored<T> update(String id, Update update, long version) {
    return change(id, update, version);
  }

  private Stored<T> change(String id, Update update, @Nullable Long version) {
    return table.inTransaction(
        handle -> {
          Row<Stored<T>> row = lock(handle, id);
          Stored<T> before = row.value();
          Map<String, Object> document = toMap(before.value());
          if (version != null && version != before.version()) {
            throw new VersionConflictException(
                "%s %s has version %d, not %d".formatted(what, id, before.version(), version),
                id,
                document);
          }
          T after = updated(before.value(), update);
          if (Json.write(toMap(after)).equals(Json.write(document))) {
            return before;
          }
          Stored<T> stored = new Stored<>(after, before.version() + 1, now());
          table.replace(handle, row, stored, updateSql(), values(stored));
          return stored;
        });
  }

  @Override
  public void delete(String id) {
    table.inTransaction(
        handle -> {
          table.delete(handle, lock(handle, id));
          return id;
        });
  }

  @Override
  public Optional<String> query(Query query, Consumer<? super T> action) {
    return table.query(query, stored -> action.accept(stored.value()));
  }

  @Override
  public Explanation explain(Query query) {
    return table.explain(query);
  }

  private Row<Stored<T>> lock(Handle handle, String id) {
    checkId(id);
    return handle
        .createQuery(
            ("SELECT " + columns.select() + " FROM " + columns.name() + " r WHERE r.")
                + columns.key()
                + " = :id FOR UPDATE")
        .bind("id", id)
        .map(mapper)
        .findOne()
        .orElseThrow(() -> notFound(id));
  }

  private void checkId(String id) {
    if (!RecordIds.isValid(id)) {
      throw notFound(id);
    }
  }

  NotFoundException notFound(String id) {
    return new NotFoundException("there is no " + what + " " + Json.show(id), id);
  }

  static Instant now() {
    return Instant.ofEpochSecond(Instant.now().getEpochSecond());
  }
}
