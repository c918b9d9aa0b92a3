package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Query;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * A table of documents with an index of every value in them. What is written here is found by the
 * next query.
 *
 * @param <T> what a row holds
 */
final class IndexedTable<T> {
  private static final int ATTEMPTS = 10;

  private final Database database;
  private final DocumentTable table;
  private final Function<T, Map<String, Object>> toDocument;
  private final int maxEntries;
  private final Shapes shapes;
  private final EntryWriter entries;
  private final Indexer<T> indexer;
  private final DocumentQuery<T> query;

  /**
   * @param maxEntries a document with more values than this is refused: it takes long to store
   */
  IndexedTable(
      Database database,
      DocumentTable table,
      Row.Mapper<T> mapper,
      Function<T, Map<String, Object>> toDocument,
      int maxEntries) {
    this.database = database;
    this.table = table;
    this.toDocument = toDocument;
    this.maxEntries = maxEntries;
    this.shapes = new Shapes(database, table);
    this.entries = new EntryWriter(table, database.dialect());
    this.indexer = new Indexer<>(database, table, shapes, mapper, toDocument);
    this.query = new DocumentQuery<>(database, table, shapes, mapper, toDocument);
    indexer.indexWaiting();
  }

  /** Refuses a document that {@link #insert} would refuse. */
  void check(T value) {
    DocumentIndex.ofStored(toDocument.apply(value)).checkSize(maxEntries);
  }

  /**
   * Stores a document.
   *
   * @param insert the statement for the row, with a parameter {@code shape}
   * @param values for its other parameters
   */
  void insert(T value, String insert, Map<String, ?> values) {
    Insert all = inserting(value, insert, values);
    database.execute(all.sql, all.values);
    if (mayWait()) {
      indexer.stored(1);
    }
  }

  /** As {@link #insert}, in one transaction with what comes first. */
  void insertAfter(
      HandleConsumer<RuntimeException> first, T value, String insert, Map<String, ?> values) {
    Insert all = inserting(value, insert, values);
    database.inTransaction(
        handle -> {
          first.useHandle(handle);
          return bound(handle.createUpdate(all.sql), all.values).execute();
        });
    if (mayWait()) {
      indexer.stored(1);
    }
  }

  /** A statement that stores a document and, unless these wait, its entries. */
  private record Insert(String sql, Map<String, @Nullable Object> values) {}

  /** A new shape is stored now, in a transaction of its own. */
  private Insert inserting(T value, String insert, Map<String, ?> values) {
    DocumentIndex index = DocumentIndex.of(toDocument.apply(value), maxEntries);
    Map<String, @Nullable Object> all = new HashMap<>(values);
    if (mayWait()) {
      all.put("shape", null);
      return new Insert(insert, all);
    }
    all.put("shape", shapes.number(index.shape()));
    all.put("keys", index.keys());
    all.put("facts", index.allFacts());
    String withEntries =
        ("WITH stored AS (" + insert + " RETURNING " + table.number() + " AS document)")
            + (" INSERT INTO " + table.entries() + " (seek_key, facts, document)")
            + " SELECT k, f, document FROM stored, UNNEST(:keys, :facts) AS t(k, f)";
    return new Insert(withEntries, all);
  }

  private static <S extends SqlStatement<S>> S bound(
      S statement, Map<String, ? extends @Nullable Object> values) {
    values.forEach(statement::bind);
    return statement;
  }

  /**
   * Adds a document to a batch, outside of any transaction. One that is too large is left out,
   * which {@link #insert} says.
   */
  void addTo(DocumentBatch<T> batch, String key, T value) {
    DocumentIndex index = DocumentIndex.ofStored(toDocument.apply(value));
    if (index.entries().size() <= maxEntries) {
      batch.add(key, value, index, shapes.number(index.shape()));
    }
  }

  /** Stores documents whose keys nobody has, in the transaction of the handle. */
  void insertAll(
      Handle handle,
      DocumentBatch<T> documents,
      String insert,
      Function<T, Map<String, Object>> values) {
    if (documents.size() == 0) {
      return;
    }
    boolean waits = mayWait(documents);
    PreparedBatch batch = handle.prepareBatch(insert);
    for (DocumentBatch.Prepared<T> document : documents.documents()) {
      bound(batch, values.apply(document.value()));
      batch.bind("shape", waits ? null : (Long) document.shape()).add();
    }
    batch.execute();
    if (!waits) {
      entries.insert(handle, documents.entries(numbers(handle, documents.keys())));
    }
  }

  private Map<String, Long> numbers(Handle handle, Set<String> keys) {
    Map<String, Long> numbers = new HashMap<>();
    String sql = // not = ANY, for which H2 compares each with each
        "SELECT r.%1$s, r.%2$s FROM UNNEST(:keys) AS wanted(k) JOIN %3$s r ON r.%1$s = wanted.k"
            .formatted(table.key(), table.number(), table.name());
    handle
        .createQuery(sql)
        .bind("keys", keys.toArray(new String[0]))
        .map((rows, context) -> numbers.put(rows.getString(1), rows.getLong(2)))
        .list();
    return numbers;
  }

  /** To be told after a transaction that stored documents by {@link #insertAll}. */
  void stored(DocumentBatch<T> documents) {
    if (mayWait(documents)) {
      indexer.stored(documents.size());
    }
  }

  /**
   * Writes a row that was locked, and what is different of its entries.
   *
   * @param update the statement for the row, with a parameter {@code shape}
   * @param values for its other parameters
   */
  void replace(Handle handle, Row<T> before, T after, String update, Map<String, ?> values) {
    DocumentIndex index = DocumentIndex.ofStored(toDocument.apply(after));
    boolean isLarge = index.entries().size() > maxEntries;
    DocumentIndex was =
        before.isIndexed() || isLarge
            ? DocumentIndex.ofStored(toDocument.apply(before.value()))
            : index;
    if (isLarge) {
      index.checkSize(Math.max(maxEntries, was.entries().size()));
    }
    Long shape = before.isIndexed() ? known(index) : null;
    Update statement = bound(handle.createUpdate(update), values).bind("shape", shape);
    if (statement.execute() != 1) {
      throw new IllegalStateException("a locked row changed: " + before.number());
    }
    if (before.isIndexed()) {
      entries.replace(handle, before.number(), was, index);
    }
  }

  /** Deletes a row that was locked, and its entries. */
  void delete(Handle handle, Row<T> row) {
    handle
        .createUpdate("DELETE FROM " + table.name() + " WHERE " + table.number() + " = :number")
        .bind("number", row.number())
        .execute();
    if (row.isIndexed()) {
      DocumentIndex index = DocumentIndex.ofStored(toDocument.apply(row.value()));
      entries.remove(handle, row.number(), index);
    }
  }

  /**
   * Runs a transaction, again when it met a shape that nobody has had: shapes are stored in
   * transactions of their own, so that no other has to wait for them.
   */
  <R> R inTransaction(HandleCallback<R, RuntimeException> work) {
    for (int attempt = 1; ; attempt++) {
      try {
        return database.inTransaction(work);
      } catch (NewShapeException e) {
        if (attempt == ATTEMPTS) {
          throw new UnavailableException("too many new shapes of documents at once", e);
        }
        shapes.number(e.index.shape());
      }
    }
  }

  private long known(@Nullable DocumentIndex index) {
    DocumentIndex known = Objects.requireNonNull(index);
    return shapes.numberIfKnown(known.shape()).orElseThrow(() -> new NewShapeException(known));
  }

  private static final class NewShapeException extends RuntimeException {
    private final transient DocumentIndex index;

    NewShapeException(DocumentIndex index) {
      super(null, null, false, false);
      this.index = index;
    }
  }

  /** Hands over what matches; answers the cursor of the last one, when there are more. */
  Optional<String> query(Query asked, Consumer<? super T> action) {
    SortOrder order = new SortOrder(asked.sort());
    Place after = order.place(asked.after());
    indexer.prepare();
    return query.run(asked.filter(), order, asked.limit(), after, action).map(order::cursor);
  }

  /** How a query is answered. */
  Explanation explain(Query asked) {
    SortOrder order = new SortOrder(asked.sort());
    indexer.prepare();
    return query.explain(asked.filter(), order);
  }

  /** Many documents are worth an index of their own transaction. */
  private boolean mayWait(DocumentBatch<T> documents) {
    return documents.size() < database.dialect().mayWait / 8;
  }

  private boolean mayWait() {
    return database.dialect().mayWait > 0;
  }
}
