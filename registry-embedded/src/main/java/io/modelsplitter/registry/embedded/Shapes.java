package io.modelsplitter.registry.embedded;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/**
 * The shapes that documents have: which paths reach something. Documents of one origin share a
 * shape, so the few shapes tell what an index of values cannot: which documents lack a path.
 */
final class Shapes {
  /** More shapes than this are not gone through one by one. */
  static final int MAX_LACKING = 100;

  private static final int CACHE = 10_000;

  private final Database database;
  private final DocumentTable table;

  /** Shapes are never changed or removed, so what was seen once stays so. */
  private final Map<PathKey, Long> known =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<PathKey, Long> eldest) {
              return size() > CACHE;
            }
          });

  Shapes(Database database, DocumentTable table) {
    this.database = database;
    this.table = table;
  }

  /** The shape's number; a new shape is stored. In a transaction of its own, so not within one. */
  long number(SortedMap<PathKey, Boolean> shape) {
    PathKey digest = digest(shape);
    Long number = known.get(digest);
    if (number == null) {
      number = stored(digest, shape);
      known.put(digest, number);
    }
    return number;
  }

  /** The shape's number where it is at hand, without asking the database. */
  Optional<Long> numberIfKnown(SortedMap<PathKey, Boolean> shape) {
    return Optional.ofNullable(known.get(digest(shape)));
  }

  private long stored(PathKey digest, SortedMap<PathKey, Boolean> shape) {
    for (int attempt = 1; ; attempt++) {
      try {
        return database.inTransaction(
            handle -> find(handle, digest).orElseGet(() -> store(handle, digest, shape)));
      } catch (JdbiException e) {
        if (!Database.isDuplicateKey(e) || attempt == 3) { // another one stored it meanwhile
          throw e;
        }
      }
    }
  }

  private Optional<Long> find(Handle handle, PathKey digest) {
    return handle
        .createQuery("SELECT shape FROM " + table.shapes() + " WHERE digest = :digest")
        .bind("digest", digest.bytes())
        .mapTo(Long.class)
        .findOne();
  }

  private long store(Handle handle, PathKey digest, SortedMap<PathKey, Boolean> shape) {
    handle
        .createUpdate("INSERT INTO " + table.shapes() + " (digest) VALUES (:digest)")
        .bind("digest", digest.bytes())
        .execute();
    long number = find(handle, digest).orElseThrow();
    handle
        .createUpdate(
            "INSERT INTO "
                + table.shapePaths()
                + " (path, multi, shape) SELECT p, m, CAST(:shape AS BIGINT)"
                + " FROM UNNEST(:paths, :multi) AS t(p, m)")
        .bind("shape", number)
        .bind("paths", shape.keySet().stream().map(PathKey::bytes).toArray(byte[][]::new))
        .bind("multi", shape.values().toArray(new Boolean[0]))
        .execute();
    return number;
  }

  /** Whether some document has or had more than one value at the path. */
  boolean isMultiValued(PathKey path) {
    String sql =
        "SELECT shape FROM " + table.shapePaths() + " WHERE path = :path AND multi = TRUE LIMIT 1";
    return database.run(
        handle ->
            handle
                .createQuery(sql)
                .bind("path", path.bytes())
                .mapTo(Long.class)
                .findOne()
                .isPresent());
  }

  /** The shapes without the path; one more than {@link #MAX_LACKING} when there are too many. */
  List<Long> lacking(PathKey path) {
    String has =
        " NOT EXISTS (SELECT 1 FROM "
            + table.shapePaths()
            + " p WHERE p.path = :path AND p.shape = s.shape AND p.multi = ";
    String sql =
        "SELECT s.shape FROM "
            + table.shapes()
            + " s WHERE"
            + (has + "TRUE) AND")
            + (has + "FALSE)")
            + " LIMIT "
            + (MAX_LACKING + 1);
    return database.run(
        handle ->
            new ArrayList<>(
                handle.createQuery(sql).bind("path", path.bytes()).mapTo(Long.class).list()));
  }

  private static PathKey digest(SortedMap<PathKey, Boolean> shape) {
    MessageDigest digest = Digests.sha256();
    shape.forEach(
        (path, multi) -> {
          digest.update(path.bytes());
          digest.update((byte) (multi ? 1 : 0));
        });
    return new PathKey(Arrays.copyOf(digest.digest(), PathKey.LENGTH));
  }
}
