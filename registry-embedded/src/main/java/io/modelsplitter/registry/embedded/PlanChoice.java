package io.modelsplitter.registry.embedded;

import java.util.ArrayList;
import java.util.List;

/**
 * Which of the conditions that must all hold are put to the index. How many documents each of them
 * finds is counted up to a bound, so that no statistics are needed and none can be out of date.
 */
final class PlanChoice {
  /**
   * What finds fewer documents than this is good enough; what finds more is left to the matcher.
   */
  private static final int FEW = 1_000;

  private static final int MANY = 100_000;

  private final Database database;
  private final PlanSql plans;

  PlanChoice(Database database, PlanSql plans) {
    this.database = database;
    this.plans = plans;
  }

  Plan of(Plan plan) {
    if (!(plan instanceof Plan.AllOf all) || all.plans().size() == 1) {
      return plan;
    }
    List<Plan> few = below(FEW, all.plans());
    if (few.isEmpty()) {
      few = below(MANY, all.plans());
    }
    if (few.isEmpty() || few.size() == all.plans().size()) {
      return plan;
    }
    return few.size() == 1 ? Planner.notExact(few.get(0)) : new Plan.AllOf(few, false);
  }

  private List<Plan> below(int bound, List<Plan> candidates) {
    List<Plan> below = new ArrayList<>();
    for (Plan plan : candidates) {
      if (count(plan, bound) < bound) {
        below.add(plan);
      }
    }
    return below;
  }

  /** How many documents the plan finds, counted no further than the bound. */
  int count(Plan plan, int bound) {
    Sql sql = new Sql();
    sql.add("SELECT ");
    plans.count(plan, bound, sql);
    return database.query(sql, rows -> rows.next() ? rows.getInt(1) : 0);
  }
}
