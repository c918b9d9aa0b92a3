package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.Condition;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what an index can do for a filter. What it cannot tell, the matcher decides, which
 * looks at each document that is found in any case.
 */
final class Planner {
  /** A plan of more {@code SELECT}s than this takes a database longer than reading all. */
  private static final int MAX_SELECTS = 200;

  /** Pairs of ranges that are compared to merge two conditions. */
  private static final int MAX_MERGE = 100_000;

  /** Of more conditions that must all hold, the rest is left to the matcher. */
  private static final int MAX_PARTS = 20;

  private final Predicate<PathKey> isMultiValued;
  private final Map<PathKey, Boolean> multiValued = new HashMap<>();

  /**
   * @param isMultiValued whether some document has more than one value at the path, so that two
   *     conditions there may be met by two of them
   */
  Planner(Predicate<PathKey> isMultiValued) {
    this.isMultiValued = isMultiValued;
  }

  /** Which documents can match the filter. */
  Plan plan(Filter filter) {
    Plan plan = plan(filter, PathPattern.ROOT);
    return plan == null ? new Plan.Everything(false) : plan;
  }

  /** How each part of the filter is answered. */
  List<Explanation.Clause> explain(Filter filter) {
    boolean seeks = !(plan(filter) instanceof Plan.Everything);
    List<Explanation.Clause> clauses = new ArrayList<>();
    for (Filter conjunct : filter.conjuncts()) {
      Plan plan = plan(conjunct, PathPattern.ROOT);
      AnsweredBy by =
          plan == null
              ? seeks ? AnsweredBy.MATCHER : AnsweredBy.SCAN
              : plan.isExact() ? AnsweredBy.INDEX : AnsweredBy.MATCHER;
      clauses.add(new Explanation.Clause(conjunct, by, PlanReasons.of(conjunct, plan, seeks)));
    }
    return clauses;
  }

  private @Nullable Plan plan(Filter filter, PathPattern base) {
    if (filter instanceof Filter.Field field) {
      PathPattern paths = base.below(field.path());
      return paths == null ? null : plan(field.condition(), paths);
    }
    if (filter instanceof Filter.Or or) {
      return anyOf(plans(or.filters(), base));
    }
    if (filter instanceof Filter.Nor) {
      return null;
    }
    List<Filter> conjuncts = filter.conjuncts();
    return conjuncts.isEmpty() ? new Plan.Everything(true) : allOf(plans(conjuncts, base));
  }

  private List<@Nullable Plan> plans(List<Filter> filters, PathPattern base) {
    List<@Nullable Plan> plans = new ArrayList<>();
    filters.forEach(filter -> plans.add(plan(filter, base)));
    return plans;
  }

  private @Nullable Plan plan(Condition condition, PathPattern paths) {
    if (condition instanceof Condition.All all) {
      List<@Nullable Plan> plans = new ArrayList<>();
      all.conditions().forEach(each -> plans.add(plan(each, paths)));
      return plans.isEmpty() ? new Plan.Nothing() : allOf(plans);
    }
    if (condition instanceof Condition.ElemMatch match) {
      Plan plan = plan(match.filter(), paths.elements());
      return plan == null || plan instanceof Plan.Everything ? lists(paths) : notExact(plan);
    }
    if (condition instanceof Condition.ElemMatchValue match) {
      return ofOneElement(match, paths);
    }
    return new ConditionPlanner(paths, false).plan(condition);
  }

  /** All conditions are met by one element, and so by one entry. */
  private static @Nullable Plan ofOneElement(Condition.ElemMatchValue match, PathPattern paths) {
    ConditionPlanner planner = new ConditionPlanner(paths, true);
    Plan.Seek found = null;
    boolean isExact = true;
    for (Condition condition : match.conditions()) {
      boolean ofList = condition instanceof Condition.Size || condition instanceof Condition.Exists;
      Plan plan = ofList ? null : planner.plan(condition);
      isExact &= plan != null;
      if (plan instanceof Plan.Nothing) {
        return plan;
      }
      if (plan instanceof Plan.Seek seek) {
        found = found == null ? seek : merged(found, seek);
      } else {
        isExact = false;
      }
    }
    if (found == null) {
      return lists(paths);
    }
    return found.ranges().isEmpty() ? new Plan.Nothing() : isExact ? found : notExact(found);
  }

  /** A path that ends at a list. */
  private static @Nullable Plan lists(PathPattern paths) {
    return new ConditionPlanner(paths, false).kind(ValueKey.LIST);
  }

  /** Every part must be answerable, or some document might be missed. */
  static @Nullable Plan anyOf(List<@Nullable Plan> plans) {
    List<Plan> some = new ArrayList<>();
    for (Plan plan : plans) {
      if (plan == null || plan instanceof Plan.Everything) {
        return plan;
      }
      if (!(plan instanceof Plan.Nothing) && !isJoined(some, plan)) {
        some.add(plan);
      }
    }
    if (some.isEmpty()) {
      return new Plan.Nothing();
    }
    Plan any = some.size() == 1 ? some.get(0) : new Plan.AnyOf(some);
    return selects(any) > MAX_SELECTS ? null : any;
  }

  private static int selects(Plan plan) {
    if (plan instanceof Plan.Seek seek) {
      return seek.isPoints() ? 1 : seek.ranges().size();
    }
    List<Plan> parts =
        plan instanceof Plan.AnyOf any
            ? any.plans()
            : plan instanceof Plan.AllOf all ? all.plans() : List.of();
    return parts.stream().mapToInt(Planner::selects).sum();
  }

  /** Two seeks for single keys are one for the keys of both. */
  private static boolean isJoined(List<Plan> plans, Plan plan) {
    Plan last = plans.isEmpty() ? null : plans.get(plans.size() - 1);
    if (!(plan instanceof Plan.Seek seek
        && last instanceof Plan.Seek before
        && seek.isPoints()
        && before.isPoints()
        && seek.ranges().size() + before.ranges().size() <= ConditionPlanner.MAX_POINTS
        && seek.facts() == before.facts())) {
      return false;
    }
    List<KeyRange> both = new ArrayList<>(before.ranges());
    both.addAll(seek.ranges());
    boolean isExact = before.isExact() && seek.isExact();
    boolean onePath = before.path() != null && before.path().equals(seek.path());
    plans.set(
        plans.size() - 1, new Plan.Seek(both, seek.facts(), isExact, onePath ? seek.path() : null));
    return true;
  }

  /** The parts that an index can answer; the matcher sees to the rest. */
  private @Nullable Plan allOf(List<@Nullable Plan> plans) {
    List<Plan> some = new ArrayList<>();
    boolean isExact = true;
    for (Plan plan : plans) {
      if (plan instanceof Plan.Nothing) {
        return plan;
      }
      isExact &= plan != null && plan.isExact();
      if (plan != null && !(plan instanceof Plan.Everything) && !merges(some, plan)) {
        some.add(plan);
      }
    }
    if (some.isEmpty()) {
      return isExact ? new Plan.Everything(true) : null;
    }
    int selects = 0;
    for (int i = 0; i < some.size(); i++) {
      selects += selects(some.get(i));
      if (i > 0 && (i == MAX_PARTS || selects > MAX_SELECTS)) {
        some = some.subList(0, i);
        isExact = false;
      }
    }
    if (some.stream().anyMatch(Planner::isEmpty)) {
      return new Plan.Nothing();
    }
    Plan only = some.get(0);
    return some.size() > 1 ? new Plan.AllOf(some, isExact) : isExact ? only : notExact(only);
  }

  /** Two ranges at one path are one, where no document has two values there. */
  private boolean merges(List<Plan> plans, Plan plan) {
    for (int i = 0; i < plans.size(); i++) {
      if (plan instanceof Plan.Seek seek
          && plans.get(i) instanceof Plan.Seek other
          && seek.path() != null
          && seek.path().equals(other.path())
          && seek.facts() == 0
          && other.facts() == 0
          && canMerge(seek, other)
          && !multiValued.computeIfAbsent(seek.path(), isMultiValued::test)) {
        plans.set(i, merged(other, seek));
        return true;
      }
    }
    return false;
  }

  private static boolean canMerge(Plan.Seek one, Plan.Seek other) {
    return (long) one.ranges().size() * other.ranges().size() <= MAX_MERGE;
  }

  private static Plan.Seek merged(Plan.Seek one, Plan.Seek other) {
    return canMerge(one, other)
        ? new Plan.Seek(
            KeyRange.intersect(one.ranges(), other.ranges()),
            one.facts() | other.facts(),
            one.isExact() && other.isExact(),
            one.path())
        : new Plan.Seek(one.ranges(), one.facts(), false, one.path());
  }

  private static boolean isEmpty(Plan plan) {
    return plan instanceof Plan.Seek seek && seek.ranges().isEmpty();
  }

  /** The plan where it is only a part of what must hold. */
  static Plan notExact(Plan plan) {
    return plan instanceof Plan.Seek seek
        ? new Plan.Seek(seek.ranges(), seek.facts(), false, seek.path())
        : new Plan.AllOf(List.of(plan), false);
  }
}
