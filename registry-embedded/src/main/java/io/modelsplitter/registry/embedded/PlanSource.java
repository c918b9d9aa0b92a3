package io.modelsplitter.registry.embedded;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a plan finds, in the order in which it came. */
record PlanSource(Database database, PlanSql plans, Plan plan) implements Source {

  @Override
  public Page next(@Nullable Place after, int count) {
    if (plan instanceof Plan.Nothing) {
      return new Page(List.of(), true);
    }
    Sql sql = new Sql();
    plans.page(plan, after == null ? 0 : after.number(), count, sql);
    List<Place> places =
        database.run(
            handle ->
                handle
                    .createQuery(sql.text())
                    .bindMap(sql.bindings())
                    .map((rows, context) -> Place.of(rows.getLong("document")))
                    .list());
    return Page.of(places, count);
  }

  @Override
  public boolean isQuick() {
    return PlanSql.isOrdered(plan);
  }
}
