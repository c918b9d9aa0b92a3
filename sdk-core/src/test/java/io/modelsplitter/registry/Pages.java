package io.modelsplitter.registry;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** All that a query finds, asked for page by page, as somebody does who has the cursor only. */
public final class Pages {

  private Pages() {}

  /** Asks for the page after a cursor, or for the first one. */
  private interface Ask<T> {
    Optional<String> page(@Nullable String cursor, Consumer<T> action);
  }

  /** The records of a query with a limit. */
  public static <T> List<T> of(RecordRegistry<T> registry, Query first) {
    return all(first.limit(), (cursor, action) -> registry.query(first.after(cursor), action));
  }

  /** The tasks of a query with a limit. */
  public static List<Task> of(TaskRegistry registry, Query first) {
    return all(first.limit(), (cursor, action) -> registry.query(first.after(cursor), action));
  }

  /** The tasks of a query with a limit. */
  public static List<Task> of(TaskRegistry registry, TaskQuery first) {
    return all(first.limit(), (cursor, action) -> registry.query(first.after(cursor), action));
  }

  private static <T> List<T> all(int limit, Ask<T> ask) {
    List<T> all = new ArrayList<>();
    Set<String> cursors = new HashSet<>();
    Optional<String> cursor = Optional.empty();
    do {
      List<T> page = new ArrayList<>();
      cursor = ask.page(cursor.orElse(null), page::add);
      assertTrue(page.size() <= limit, () -> page.size() + " records, where " + limit + " may be");
      assertTrue(cursor.isEmpty() || cursors.add(cursor.get()), "the same cursor again");
      all.addAll(page);
    } while (cursor.isPresent());
    return all;
  }
}
