package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.embedded.DocumentIndex.Entry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Writes the entries of documents. */
final class EntryWriter {
  /** As many rows as go to the database at once. */
  private static final int CHUNK = 20_000;

  /** From so many rows on it pays to begin a {@code COPY}. */
  private static final int COPY = 1_000;

  private final DocumentTable table;
  private final Dialect dialect;

  EntryWriter(DocumentTable table, Dialect dialect) {
    this.table = table;
    this.dialect = dialect;
  }

  void add(Handle handle, Map<Long, DocumentIndex> documents) {
    List<OwnedEntry> rows = new ArrayList<>();
    documents.forEach(
        (number, index) ->
            index.entries().forEach(entry -> rows.add(new OwnedEntry(entry, number))));
    sort(rows);
    insert(handle, rows);
  }

  /** Writes what is different only: most of a document stays as it was. */
  void replace(Handle handle, long document, DocumentIndex before, DocumentIndex after) {
    Map<PathKey, Entry> old = new HashMap<>();
    before.entries().forEach(entry -> old.put(new PathKey(entry.key()), entry));
    List<OwnedEntry> added = new ArrayList<>();
    for (Entry entry : after.entries()) {
      Entry was = old.remove(new PathKey(entry.key()));
      if (was == null) {
        added.add(new OwnedEntry(entry, document));
      } else if (was.facts() != entry.facts()) {
        old.put(new PathKey(entry.key()), was);
        added.add(new OwnedEntry(entry, document));
      }
    }
    delete(handle, document, old.values().stream().map(Entry::key).toList());
    sort(added);
    insert(handle, added);
  }

  void remove(Handle handle, long document, DocumentIndex index) {
    delete(handle, document, index.entries().stream().map(Entry::key).toList());
  }

  private void delete(Handle handle, long document, List<byte[]> keys) {
    if (keys.isEmpty()) {
      return;
    }
    PreparedBatch batch =
        handle.prepareBatch(
            "DELETE FROM " + table.entries() + " WHERE seek_key = :key AND document = :document");
    for (byte[] key : keys) {
      batch.bind("key", key).bind("document", document).add();
      if (batch.size() == CHUNK) {
        batch.execute();
      }
    }
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  private static void sort(List<OwnedEntry> rows) {
    rows.sort((a, b) -> Arrays.compareUnsigned(a.entry().key(), b.entry().key()));
  }

  /** Writes rows that are in the order of the index, which touches each of its pages once. */
  void insert(Handle handle, List<OwnedEntry> rows) {
    if (rows.size() >= COPY && copies(handle, rows)) {
      return;
    }
    for (int from = 0; from < rows.size(); from += CHUNK) {
      List<OwnedEntry> chunk = rows.subList(from, Math.min(rows.size(), from + CHUNK));
      handle
          .createUpdate(
              "INSERT INTO "
                  + table.entries()
                  + " (seek_key, facts, document)"
                  + " SELECT k, f, d FROM UNNEST(:keys, :facts, :documents) AS t(k, f, d)")
          .bind("keys", chunk.stream().map(row -> row.entry().key()).toArray(byte[][]::new))
          .bind("facts", chunk.stream().map(row -> row.entry().facts()).toArray(Integer[]::new))
          .bind("documents", chunk.stream().map(OwnedEntry::document).toArray(Long[]::new))
          .execute();
    }
  }

  private boolean copies(Handle handle, List<OwnedEntry> rows) {
    try {
      return dialect.copies(handle.getConnection(), table.entries(), rows);
    } catch (SQLException e) {
      throw new UnableToExecuteStatementException("cannot copy entries", e, null);
    }
  }
}
