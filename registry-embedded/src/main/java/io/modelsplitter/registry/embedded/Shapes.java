package io.modelsplitter.registry.embedded;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * The shapes that documents have: which paths reach something. Documents of one origin share a
 * shape, so the few shapes tell what an index of values cannot: which documents lack a path.
 */
final class Shapes {
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

  private volatile @Nullable ShapesView view;

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
    handle.execute("UPDATE " + table.shapeGeneration() + " SET generation = generation + 1");
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

  /** What is known of the shapes; it may be out of date, which {@link RowReader} notices. */
  ShapesView view() {
    ShapesView current = view;
    return current == null ? refresh() : current;
  }

  /** Forgets what was known. */
  ShapesView refresh() {
    ShapesView fresh = new ShapesView(database, table);
    view = fresh;
    return fresh;
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
