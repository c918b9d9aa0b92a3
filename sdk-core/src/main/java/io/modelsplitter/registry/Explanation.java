package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a registry answers a query.
 *
 * @param clauses the parts of the filter that must all hold, each with how it is answered
 * @param sort the keys of the order, each with how it is found
 */
public record Explanation(List<Clause> clauses, List<SortKey> sort) {

  /** How a part of a query is answered, the quickest first. */
  public enum AnsweredBy {
    /** An index finds the records that match, and no others. */
    INDEX,
    /** An index finds some records, and each of them is read and matched. */
    MATCHER,
    /** Every record is read and matched. */
    SCAN;

    /** {@return the word on the wire} */
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A part of the filter.
   *
   * @param filter the part
   * @param answeredBy how
   * @param why the reason
   */
  public record Clause(Filter filter, AnsweredBy answeredBy, String why) {}

  /**
   * A key of the order.
   *
   * @param sort the key
   * @param answeredBy how
   * @param why the reason
   */
  public record SortKey(Query.Sort sort, AnsweredBy answeredBy, String why) {}

  /**
   * Copies the lists.
   *
   * @param clauses see {@link #clauses}
   * @param sort see {@link #sort}
   */
  public Explanation {
    clauses = List.copyOf(clauses);
    sort = List.copyOf(sort);
  }

  /** {@return the slowest way that a part of the query is answered} */
  public AnsweredBy slowest() {
    AnsweredBy slowest = AnsweredBy.INDEX;
    for (Clause clause : clauses) {
      slowest = slower(slowest, clause.answeredBy());
    }
    for (SortKey key : sort) {
      slowest = slower(slowest, key.answeredBy());
    }
    return slowest;
  }

  private static AnsweredBy slower(AnsweredBy one, AnsweredBy other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /** {@return the explanation as it goes over the wire} */
  public Map<String, Object> toMap() {
    List<Object> clauseMaps = new ArrayList<>();
    for (Clause clause : clauses) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("filter", clause.filter().toMap());
      map.put("answered_by", clause.answeredBy().wire());
      map.put("why", clause.why());
      clauseMaps.add(map);
    }
    List<Object> sortMaps = new ArrayList<>();
    for (SortKey key : sort) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("field", key.sort().field());
      map.put("descending", key.sort().descending());
      map.put("answered_by", key.answeredBy().wire());
      map.put("why", key.why());
      sortMaps.add(map);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("answered_by", slowest().wire());
    all.put("clauses", clauseMaps);
    all.put("sort", sortMaps);
    return all;
  }

  /**
   * Reads an explanation as it comes over the wire.
   *
   * @param map the object as JSON gives it
   * @return the explanation
   * @throws BadInputException when it is none
   */
  public static Explanation fromMap(Map<String, ?> map) {
    List<Clause> clauses = new ArrayList<>();
    for (Map<String, Object> clause : objects(map.get("clauses"))) {
      Filter filter = Filter.parse(object(clause.get("filter")));
      clauses.add(new Clause(filter, answeredBy(clause), text(clause, "why")));
    }
    List<SortKey> sort = new ArrayList<>();
    for (Map<String, Object> key : objects(map.get("sort"))) {
      boolean descending = Boolean.TRUE.equals(key.get("descending"));
      Query.Sort by = new Query.Sort(text(key, "field"), descending);
      sort.add(new SortKey(by, answeredBy(key), text(key, "why")));
    }
    return new Explanation(clauses, sort);
  }

  private static AnsweredBy answeredBy(Map<String, ?> map) {
    String word = text(map, "answered_by");
    for (AnsweredBy known : AnsweredBy.values()) {
      if (known.wire().equals(word)) {
        return known;
      }
    }
    throw bad();
  }

  private static String text(Map<String, ?> map, String name) {
    if (map.get(name) instanceof String text) {
      return text;
    }
    throw bad();
  }

  private static List<Map<String, Object>> objects(@Nullable Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(Explanation::object).toList();
    }
    throw bad();
  }

  @SuppressWarnings("unchecked") // the keys of an object that was read are text
  private static Map<String, Object> object(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw bad();
  }

  private static BadInputException bad() {
    return new BadInputException("this is not the explanation of a query");
  }
}
