package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Indexes the documents that wait for it: those of a database that an older version made, and those
 * that were stored where {@link Dialect#mayWait} says so. A document that waits has no shape.
 *
 * @param <T> what a row holds
 */
final class Indexer<T> {
  private static final Logger log = LoggerFactory.getLogger(Indexer.class);

  private static final int BATCH_ROWS = 4_000;
  private static final long BATCH_CHARACTERS = 8L << 20;
  private static final int BATCH_ENTRIES = 150_000;

  private final Database database;
  private final DocumentTable table;
  private final Shapes shapes;
  private final EntryWriter entries;
  private final Row.Mapper<T> mapper;
  private final Function<T, Map<String, Object>> toDocument;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicInteger waiting = new AtomicInteger();

  Indexer(
      Database database,
      DocumentTable table,
      Shapes shapes,
      Row.Mapper<T> mapper,
      Function<T, Map<String, Object>> toDocument) {
    this.database = database;
    this.table = table;
    this.shapes = shapes;
    this.entries = new EntryWriter(table, database.dialect());
    this.mapper = mapper;
    this.toDocument = toDocument;
  }

  /** To be told of documents that were stored without being indexed. */
  void stored(int documents) {
    if (waiting.addAndGet(documents) >= database.dialect().mayWait) {
      try {
        indexWaiting();
      } catch (RuntimeException e) { // what was stored is stored, and the next query indexes it
        log.warn("documents are left to be indexed by the next query", e);
      }
    }
  }

  /** Before a query: documents wait only where they may. */
  void prepare() {
    if (database.dialect().mayWait > 0) {
      indexWaiting();
    }
  }

  /** Indexes every document that waits now; those that come meanwhile may go on waiting. */
  void indexWaiting() {
    waiting.set(0);
    String sql = "SELECT MAX(" + table.number() + ") FROM " + table.name() + " WHERE shape IS NULL";
    Long last =
        database.run(handle -> handle.createQuery(sql).mapTo(Long.class).findOne().orElse(null));
    if (last == null) {
      return;
    }
    lock.lock();
    try {
      while (indexSome(last)) {}
    } finally {
      lock.unlock();
    }
  }

  /** Answers whether there was something to index. */
  private boolean indexSome(long upTo) {
    List<Row<T>> read = database.inTransaction(handle -> read(handle, upTo));
    List<Row<T>> rows = new ArrayList<>();
    Map<Long, DocumentIndex> indexes = new LinkedHashMap<>();
    Map<Long, Long> shapeOf = new LinkedHashMap<>();
    int count = 0;
    for (Row<T> row : read) {
      if (count >= BATCH_ENTRIES) {
        break; // the others come next
      }
      rows.add(row);
      DocumentIndex index = DocumentIndex.ofStored(toDocument.apply(row.value()));
      indexes.put(row.number(), index);
      shapeOf.put(row.number(), shapes.number(index.shape()));
      count += index.entries().size();
    }
    database.inTransaction(
        handle -> {
          Map<Long, DocumentIndex> claimed = new LinkedHashMap<>(indexes);
          claimed.keySet().retainAll(claim(handle, rows, shapeOf));
          entries.add(handle, claimed);
          return null;
        });
    return !rows.isEmpty();
  }

  private List<Row<T>> read(Handle handle, long upTo) {
    String sql =
        ("SELECT " + table.select() + " FROM ")
            + (table.name() + " r WHERE shape IS NULL AND " + table.number() + " <= :last")
            + (" ORDER BY " + table.number() + " LIMIT " + BATCH_ROWS);
    List<Row<T>> read = new ArrayList<>();
    long characters = 0;
    try (ResultIterator<Row<T>> rows =
        handle.createQuery(sql).setFetchSize(16).bind("last", upTo).map(mapper).iterator()) {
      while (rows.hasNext() && characters < BATCH_CHARACTERS) {
        Row<T> row = rows.next();
        read.add(row);
        characters += row.characters();
      }
    }
    return read;
  }

  /** Gives the documents their shapes; answers those that nobody changed since they were read. */
  private Set<Long> claim(Handle handle, List<Row<T>> rows, Map<Long, Long> shapeOf) {
    PreparedBatch batch =
        handle.prepareBatch(
            "UPDATE "
                + table.name()
                + " SET shape = :shape WHERE shape IS NULL AND version = :version AND "
                + table.number()
                + " = :number");
    for (Row<T> row : rows) {
      batch
          .bind("shape", shapeOf.get(row.number()))
          .bind("version", row.version())
          .bind("number", row.number())
          .add();
    }
    Set<Long> claimed = new HashSet<>();
    int[] counts = rows.isEmpty() ? new int[0] : batch.execute();
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 1) {
        claimed.add(rows.get(i).number());
      }
    }
    return claimed;
  }
}
