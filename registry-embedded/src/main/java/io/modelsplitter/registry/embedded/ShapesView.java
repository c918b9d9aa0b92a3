package io.modelsplitter.registry.embedded;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What was read of the shapes when there were so many. */
final class ShapesView {
  /** More shapes than this are not gone through one by one. */
  static final int MAX_LACKING = 100;

  private static final int MAX_PATHS = 1_000;

  private final Database database;
  private final DocumentTable table;
  private final long generation;
  private final Map<PathKey, Boolean> multiValued = new ConcurrentHashMap<>();
  private final Map<PathKey, List<Long>> lacking = new ConcurrentHashMap<>();

  ShapesView(Database database, DocumentTable table) {
    this.database = database;
    this.table = table;
    this.generation = generation(database, table);
  }

  /** How many shapes there are now. */
  static long generation(Database database, DocumentTable table) {
    String sql = "SELECT generation FROM " + table.shapeGeneration();
    return database.run(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }

  /** How many shapes there were. */
  long generation() {
    return generation;
  }

  /** Whether some document has or had more than one value at the path. */
  boolean isMultiValued(PathKey path) {
    return kept(multiValued, path, this::readMultiValued);
  }

  /** The shapes without the path; one more than {@link #MAX_LACKING} when there are too many. */
  List<Long> lacking(PathKey path) {
    List<Long> all = kept(lacking, path, it -> readLacking(it, false));
    // Documents come and go while shapes stay, so which are in use cannot be kept.
    return all.size() > MAX_LACKING ? readLacking(path, true) : all;
  }

  private interface Read<V> {
    V of(PathKey path);
  }

  private static <V> V kept(Map<PathKey, V> known, PathKey path, Read<V> read) {
    V value = known.get(path);
    if (value == null) {
      value = read.of(path);
      if (known.size() >= MAX_PATHS) {
        known.clear();
      }
      known.put(path, value);
    }
    return value;
  }

  private boolean readMultiValued(PathKey path) {
    String sql =
        "SELECT shape FROM " + table.shapePaths() + " WHERE path = :path AND multi = TRUE LIMIT 1";
    return !shapes(sql, path).isEmpty();
  }

  private List<Long> readLacking(PathKey path, boolean inUse) {
    String has =
        " NOT EXISTS (SELECT 1 FROM "
            + table.shapePaths()
            + " p WHERE p.path = :path AND p.shape = s.shape AND p.multi = ";
    String sql =
        ("SELECT s.shape FROM " + table.shapes() + " s WHERE" + has + "TRUE) AND" + has + "FALSE)")
            + (inUse
                ? " AND EXISTS (SELECT 1 FROM " + table.name() + " d WHERE d.shape = s.shape)"
                : "")
            + (" LIMIT " + (MAX_LACKING + 1));
    return List.copyOf(shapes(sql, path));
  }

  private List<Long> shapes(String sql, PathKey path) {
    return database.run(
        handle -> handle.createQuery(sql).bind("path", path.bytes()).mapTo(Long.class).list());
  }
}
