package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Explanation.AnsweredBy;
import io.modelsplitter.registry.Query;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Answers filters over a table of documents: an index finds those that may match, and the matcher
 * has the last word on each.
 */
final class DocumentQuery<T> {
  /** So many documents are sorted by reading them rather than by walking along an index. */
  private static final int FEW = 5_000;

  private final Database database;
  private final DocumentTable table;
  private final Shapes shapes;
  private final Row.Mapper<T> mapper;
  private final Function<T, Map<String, Object>> toDocument;
  private final PlanChoice choice;
  private final PlanSql plans;

  DocumentQuery(
      Database database,
      DocumentTable table,
      Shapes shapes,
      Row.Mapper<T> mapper,
      Function<T, Map<String, Object>> toDocument) {
    this.database = database;
    this.table = table;
    this.shapes = shapes;
    this.mapper = mapper;
    this.toDocument = toDocument;
    this.plans = new PlanSql(table, database.dialect());
    this.choice = new PlanChoice(database, plans);
  }

  /**
   * Hands over the documents that match.
   *
   * @param limit how many at most; 0 for all
   * @return the place of the last one, when there are more
   */
  Optional<Place> run(
      Filter filter,
      SortOrder order,
      int limit,
      @Nullable Place after,
      Consumer<? super T> action) {
    Predicate<Map<String, Object>> matcher = filter.matcher();
    Predicate<Row<T>> matches = row -> matcher.test(toDocument.apply(row.value()));
    Consumer<Row<T>> values = row -> action.accept(row.value());
    boolean isCounted = false;
    try {
      ShapesView view = shapes.view();
      Scan<T> scan = scan(filter, order, view, view, matches);
      database.counts().queried(table, scan.answeredBy());
      isCounted = true;
      return scan.records().run(limit, after, values);
    } catch (RowReader.StaleException e) {
      // Shapes that come from now on are of documents that come while the query runs.
      Scan<T> scan = scan(filter, order, shapes.refresh(), null, matches);
      if (!isCounted) {
        database.counts().queried(table, scan.answeredBy());
      }
      return scan.records().run(limit, after, values);
    }
  }

  /** What hands over the documents, and the slowest way that a part of the query is answered. */
  private record Scan<T>(RecordScan<T> records, AnsweredBy answeredBy) {}

  private Scan<T> scan(
      Filter filter,
      SortOrder order,
      ShapesView view,
      @Nullable ShapesView unchecked,
      Predicate<Row<T>> matches) {
    RowReader<T> reader = new RowReader<>(database, table, mapper, unchecked);
    Plan possible = new Planner(view::isMultiValued).plan(filter);
    Plan plan = choice.of(possible);
    if (plan instanceof Plan.Nothing
        && unchecked != null
        && ShapesView.generation(database, table) != view.generation()) {
      throw new RowReader.StaleException(); // no rows are read that would notice it
    }
    Sorted<T> sorted = source(reader, view, plan, order);
    AnsweredBy slowest =
        possible.answeredBy().compareTo(sorted.by()) > 0 ? possible.answeredBy() : sorted.by();
    return new Scan<>(new RecordScan<>(reader, sorted.source(), matches), slowest);
  }

  /** How a query is answered. */
  Explanation explain(Filter filter, SortOrder order) {
    ShapesView view = shapes.refresh();
    Planner planner = new Planner(view::isMultiValued);
    List<Explanation.SortKey> sort = new ArrayList<>();
    if (!order.isEmpty()) {
      Plan plan = choice.of(planner.plan(filter));
      boolean isFew = isFew(plan);
      RowReader<T> reader = new RowReader<>(database, table, mapper, view);
      boolean walks = IndexWalk.of(database, table, reader, view, order.by().get(0)) != null;
      for (Query.Sort key : order.by()) {
        sort.add(explain(key, sort.isEmpty(), isFew, walks));
      }
    }
    return new Explanation(planner.explain(filter), sort);
  }

  private static Explanation.SortKey explain(
      Query.Sort key, boolean isFirst, boolean isFew, boolean walks) {
    if (isFew) {
      return new Explanation.SortKey(
          key, AnsweredBy.MATCHER, "the filter leaves few records, which are read and sorted");
    }
    if (!walks) {
      return new Explanation.SortKey(
          key,
          AnsweredBy.SCAN,
          "no index has this order, so that every record is read for each page");
    }
    return isFirst
        ? new Explanation.SortKey(
            key, AnsweredBy.INDEX, "the index of values by path is read in its order")
        : new Explanation.SortKey(
            key, AnsweredBy.MATCHER, "records that share the first key are read and sorted");
  }

  /** Documents in their order, and how that is found. */
  private record Sorted<T>(Source<T> source, AnsweredBy by) {}

  private Sorted<T> source(RowReader<T> reader, ShapesView view, Plan plan, SortOrder order) {
    PlanSource<T> found = new PlanSource<>(database, plans, reader, plan);
    if (order.isEmpty() || plan instanceof Plan.Nothing) {
      return new Sorted<>(found, AnsweredBy.INDEX);
    }
    if (!(plan instanceof Plan.Everything)) {
      Source.Page<T> first = found.next(null, RowReader.BATCH_ROWS);
      if (first.isLast()) {
        RecordScan<T> all = new RecordScan<>(reader, new OnePage<>(first), row -> true);
        // without rows these are read again, when they may not be what the index said any more
        boolean isMatched = first.isMatched() && !first.rows().isEmpty();
        return new Sorted<>(new Selection<>(all, order, isMatched), AnsweredBy.MATCHER);
      }
    }
    boolean isFew = isFew(plan);
    IndexWalk<T> walk =
        isFew ? null : IndexWalk.of(database, table, reader, view, order.by().get(0));
    if (walk == null) {
      AnsweredBy by = isFew ? AnsweredBy.MATCHER : AnsweredBy.SCAN;
      return new Sorted<>(sorted(reader, found, order), by);
    }
    return order.by().size() == 1
        ? new Sorted<>(walk, AnsweredBy.INDEX)
        : new Sorted<>(
            new RunWalk<>(walk, order, (run, key) -> run(reader, run, order, key)),
            AnsweredBy.MATCHER);
  }

  private boolean isFew(Plan plan) {
    return !(plan instanceof Plan.Everything) && choice.count(plan, FEW) < FEW;
  }

  /** What shares a first key; a row that got another one meanwhile is met there. */
  private Source<T> run(RowReader<T> reader, Plan plan, SortOrder order, byte[] key) {
    Source<T> found = new PlanSource<>(database, plans, reader, Planner.notExact(plan));
    Function<Row<?>, Place> places = order.places();
    Predicate<Row<T>> isStill = row -> Arrays.equals(places.apply(row).keys().get(0), key);
    return new Selection<>(new RecordScan<>(reader, found, isStill), order, false);
  }

  private Source<T> sorted(RowReader<T> reader, Source<T> source, SortOrder order) {
    return new Selection<>(new RecordScan<>(reader, source, value -> true), order, false);
  }
}
