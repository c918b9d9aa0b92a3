package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Task;
import io.modelsplitter.registry.TaskQuery;
import io.modelsplitter.registry.TaskStatus;
import org.jspecify.annotations.Nullable;

/** The tasks of a query, oldest first. */
record TaskSource(RowReader<Task> reader, TaskQuery query) implements Source<Task> {
  @Override
  public boolean isQuick() {
    return true;
  }

  @Override
  public Page<Task> next(@Nullable Place after, int count) {
    Sql sql = new Sql();
    sql.add("SELECT task_number AS document FROM task WHERE task_number > ");
    sql.bind(after == null ? 0L : after.number());
    if (query.taskType() != null) {
      if (!isStorable(query.taskType())) {
        return Page.end();
      }
      sql.add(" AND task_type = ").bind(query.taskType());
    }
    if (query.taskStatus() != null) {
      if (!isStorable(query.taskStatus())) {
        return Page.end();
      }
      String[] spellings = TaskStatus.spellings(query.taskStatus()).toArray(new String[0]);
      sql.add(" AND task_status = ANY(").bind(spellings).add(")");
    }
    sql.add(" ORDER BY task_number LIMIT " + count);
    return reader.page(sql, false, "document", count);
  }

  /** No column holds U+0000 or half a surrogate pair, and PostgreSQL cannot even be asked. */
  private static boolean isStorable(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF));
  }
}
