package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a plan finds, in the order in which it came.
 *
 * @param <T> what a row holds
 */
record PlanSource<T>(Database database, PlanSql plans, RowReader<T> reader, Plan plan)
    implements Source<T> {

  @Override
  public Page<T> next(@Nullable Place after, int count) {
    if (plan instanceof Plan.Nothing) {
      return Page.end();
    }
    Sql sql = new Sql();
    plans.page(plan, after == null ? 0 : after.number(), count, sql);
    return count <= RowReader.BATCH_ROWS
        ? reader.page(sql, false, "document", count).matched(plan.isExact())
        : Page.of(places(sql), count);
  }

  private List<Place> places(Sql sql) {
    return database.query(
        sql,
        rows -> {
          List<Place> places = new ArrayList<>();
          while (rows.next()) {
            places.add(Place.of(rows.getLong("document")));
          }
          return places;
        });
  }

  @Override
  public boolean isQuick() {
    return PlanSql.isOrdered(plan);
  }
}
