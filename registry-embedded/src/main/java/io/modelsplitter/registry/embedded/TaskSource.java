package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The tasks of a query, oldest first. */
record TaskSource(Database database, TaskQuery query) implements Source {
  static final DocumentTable TABLE = new DocumentTable("task", "task_id", "task_number");

  @Override
  public boolean isQuick() {
    return true;
  }

  @Override
  public Page next(@Nullable Place after, int count) {
    Sql sql = new Sql();
    sql.add("SELECT task_number FROM task WHERE task_number > ");
    sql.bind(after == null ? 0L : after.number());
    if (query.taskType() != null) {
      if (!isStorable(query.taskType())) {
        return new Page(List.of(), true);
      }
      sql.add(" AND task_type = ").bind(query.taskType());
    }
    if (query.taskStatus() != null) {
      if (!isStorable(query.taskStatus())) {
        return new Page(List.of(), true);
      }
      String[] spellings = TaskStatus.spellings(query.taskStatus()).toArray(new String[0]);
      sql.add(" AND task_status = ANY(").bind(spellings).add(")");
    }
    sql.add(" ORDER BY task_number LIMIT ").bind(count);
    List<Place> places =
        database.run(
            handle ->
                handle
                    .createQuery(sql.text())
                    .bindMap(sql.bindings())
                    .map((rows, context) -> Place.of(rows.getLong(1)))
                    .list());
    return Page.of(places, count);
  }

  /** No column holds U+0000 or half a surrogate pair, and PostgreSQL cannot even be asked. */
  private static boolean isStorable(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF));
  }
}
