package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Query;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All documents in the order of one key, along the index of its path. The documents that lack the
 * path are not in it: they stand where null does, by their shapes.
 *
 * @param <T> what a row holds
 */
final class IndexWalk<T> implements Source<T> {
  private static final byte[] NULL = {ValueKey.NULL};

  private final Database database;
  private final DocumentTable table;
  private final RowReader<T> reader;
  private final PathKey path;
  private final boolean descending;
  private final List<Long> lacking;

  private IndexWalk(
      Database database,
      DocumentTable table,
      RowReader<T> reader,
      PathKey path,
      boolean descending,
      List<Long> lacking) {
    this.database = database;
    this.table = table;
    this.reader = reader;
    this.path = path;
    this.descending = descending;
    this.lacking = lacking;
  }

  /** A walk along the index of a key; null when an index does not have its order. */
  static <T> @Nullable IndexWalk<T> of(
      Database database,
      DocumentTable table,
      RowReader<T> reader,
      ShapesView shapes,
      Query.Sort by) {
    PathPattern paths = PathPattern.ROOT.below(by.field());
    if (paths == null || !paths.isExact() || paths.paths().size() != 1) {
      return null;
    }
    PathKey path = paths.paths().get(0);
    List<Long> lacking = shapes.lacking(path);
    return lacking.size() > ShapesView.MAX_LACKING
        ? null
        : new IndexWalk<>(database, table, reader, path, by.descending(), lacking);
  }

  @Override
  public boolean isQuick() {
    return true;
  }

  /** The places: the rest of those that share the key of the given one, then others. */
  @Override
  public Page<T> next(@Nullable Place after, int count) {
    String order = descending ? "seek_key DESC, document DESC" : "seek_key, document";
    return reader.page(walk(after, count), true, order, count);
  }

  private Sql walk(@Nullable Place after, int count) {
    byte[] from = after == null ? null : after.keys().get(0);
    Sql sql = new Sql();
    sql.add("SELECT seek_key, document FROM (");
    if (after != null && from != null) {
      part(sql);
      sql.add(" AND seek_key = ").bind(path.with(from));
      sql.add(" AND document ").add(descending ? "< " : "> ").bind(after.number());
      end(sql, count).add(" UNION ALL ");
    }
    part(sql);
    range(sql, from);
    end(sql, count);
    lacking(sql, from, after == null ? 0 : after.number(), count);
    sql.add(") walked");
    return order(sql).add(" LIMIT " + count);
  }

  /** The place after all that share the key of this one. */
  @Nullable Place beyond(@Nullable Place place) {
    return place == null ? null : new Place(place.keys(), descending ? 0 : Long.MAX_VALUE);
  }

  /** The documents that share a key. */
  Plan run(byte[] key) {
    int fact = descending ? DocumentIndex.LAST : DocumentIndex.FIRST;
    Plan run = new Plan.Seek(List.of(KeyRange.point(path.with(key))), fact, true, path);
    return Arrays.equals(key, NULL) && !lacking.isEmpty()
        ? new Plan.AnyOf(List.of(run, new Plan.OfShapes(lacking)))
        : run;
  }

  private void part(Sql sql) {
    sql.add("SELECT seek_key, document FROM (SELECT seek_key, document FROM ");
    sql.add(table.entries()).add(" WHERE ");
    int fact = descending ? DocumentIndex.LAST : DocumentIndex.FIRST;
    sql.add(database.dialect().hasOneOf("facts", fact));
  }

  private Sql end(Sql sql, int count) {
    return order(sql).add(" LIMIT " + count).add(") part");
  }

  private void range(Sql sql, byte @Nullable [] from) {
    byte[] start = path.bytes();
    byte[] stop = KeyRange.afterAll(path.bytes());
    if (from != null) {
      start = descending ? start : KeyRange.after(path.with(from));
      stop = descending ? path.with(from) : stop;
    }
    sql.add(" AND seek_key >= ").bind(start).add(" AND seek_key < ").bind(stop);
  }

  /** What lacks the path, where the walk has not come past null. */
  private void lacking(Sql sql, byte @Nullable [] from, long number, int count) {
    int place = from == null ? 0 : Arrays.compareUnsigned(from, NULL);
    boolean isPast = from != null && (descending ? place < 0 : place > 0);
    if (isPast) {
      return;
    }
    boolean isWithin = from != null && place == 0;
    for (Long shape : lacking) {
      sql.add(" UNION ALL SELECT seek_key, document FROM (SELECT CAST(").bind(path.with(NULL));
      sql.add(" AS ").add(database.dialect().bytes).add(") AS seek_key, ");
      sql.add(table.number()).add(" AS document FROM ").add(table.name());
      sql.add(" WHERE shape = ").bind(shape);
      if (isWithin) {
        sql.add(" AND ").add(table.number()).add(descending ? " < " : " > ").bind(number);
      }
      sql.add(" ORDER BY shape").add(descending ? " DESC, " : ", ").add(table.number());
      sql.add(descending ? " DESC" : "").add(" LIMIT " + count).add(") lacking");
    }
  }

  private Sql order(Sql sql) {
    return sql.add(
        descending ? " ORDER BY seek_key DESC, document DESC" : " ORDER BY seek_key, document");
  }
}
