package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter with an order and a limit.
 *
 * @param filter which records
 * @param sort in which order, by at most 6 keys, as MongoDB orders values of all kinds; what has no
 *     value sorts as null, and a list by its least element, or by its greatest where the order is
 *     descending. Texts are told apart by their first 512 bytes, lists and objects by their first
 *     64. Ties, and an empty list, go by the order in which records came
 * @param limit how many at most, up to {@link #MAX_LIMIT}; 0 for all. Fewer may come where records
 *     are large; then there is a cursor to go on
 * @param after where to go on: a cursor that a query with the same filter and sort returned, or
 *     null to begin at the beginning
 */
public record Query(Filter filter, List<Sort> sort, int limit, @Nullable String after) {

  /** The largest limit: a page is held whole, so that the way to the next one can go first. */
  public static final int MAX_LIMIT = 10_000;

  /**
   * One key of an order.
   *
   * @param field the path to sort by, as in a filter
   * @param descending largest first
   */
  public record Sort(String field, boolean descending) {}

  /**
   * Checks the limit and copies the order.
   *
   * @param filter see {@link #filter}
   * @param sort see {@link #sort}
   * @param limit see {@link #limit}
   * @param after see {@link #after}
   */
  public Query {
    checkLimit(limit);
    sort = List.copyOf(sort);
  }

  static void checkLimit(int limit) {
    if (limit < 0 || limit > MAX_LIMIT) {
      throw new BadInputException(
          "limit must be from 1 to %d, or 0 for all, not %d".formatted(MAX_LIMIT, limit));
    }
  }

  /**
   * {@return a query for every record that matches, in the order in which they came}
   *
   * @param filter what must hold
   */
  public static Query of(Filter filter) {
    return new Query(filter, List.of(), 0, null);
  }

  /**
   * {@return the same query with a limit}
   *
   * @param limit at most so many, up to 10,000; 0 for all
   */
  public Query limit(int limit) {
    return new Query(filter, sort, limit, after);
  }

  /**
   * {@return the same query in another order}
   *
   * @param sort the first one decides; of equals the next
   */
  public Query sort(Sort... sort) {
    return new Query(filter, List.of(sort), limit, after);
  }

  /**
   * {@return the same query from a cursor on}
   *
   * @param after where an earlier answer said to go on, or null for the beginning
   */
  public Query after(@Nullable String after) {
    return new Query(filter, sort, limit, after);
  }
}
