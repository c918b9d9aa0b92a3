package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.modelsplitter.json.Json;
import io.modelsplitter.query.Condition;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlanReasonsTest {
  private static final String EXACT = "the index of values by path has just what matches";
  private static final String NO_NULL =
      "null also means that there is no value, and an index has values only;"
          + " so every record is read";
  private static final String NO_MISSING =
      "a negation also holds where there is no value, and an index has values only;"
          + " so every record is read";
  private static final String NUMBER =
      "a number in a path is the index of an element or the name of a field, and both are found,"
          + " then each record is matched";
  private static final String TOO_MANY =
      "it would seek at too many places of an index; so every record is read";
  private static final String LONG = "x".repeat(ValueKey.MAX_BYTES);
  private static final String MANY =
      IntStream.range(0, 30).mapToObj(String::valueOf).collect(Collectors.joining(","));

  private record Case(String filter, String why) {}

  private static final List<Case> CASES =
      List.of(
          new Case("{'a': 1}", EXACT),
          new Case("{'a.0': 1}", NUMBER),
          new Case("{'a.0.1.2.3.4.5': 1}", TOO_MANY),
          new Case("{'a': null}", NO_NULL),
          new Case("{'a': {'$in': [1, 2]}}", EXACT),
          new Case("{'a': {'$in': [1, null]}}", NO_NULL),
          new Case("{'a.0': {'$in': [1, 2]}}", NUMBER),
          new Case("{'a': {'$gt': 1}}", EXACT),
          new Case("{'a': {'$gt': null}}", "nothing can match this"),
          new Case("{'a': {'$gte': null}}", NO_NULL),
          new Case("{'a.0': {'$gt': 1}}", NUMBER),
          new Case(
              "{'a': {'$gt': '" + LONG + "'}}",
              "the value is longer than what the index keeps of one, then each record is matched"),
          new Case("{'a': {'$exists': true}}", EXACT),
          new Case("{'a.0': {'$exists': true}}", NUMBER),
          new Case("{'a': {'$type': ['int', 'string']}}", EXACT),
          new Case("{'a.0': {'$type': 'int'}}", NUMBER),
          new Case(
              "{'a': {'$size': 1}}",
              "the index has the lists at the path, then each record is matched"),
          new Case("{'a': {'$all': [1, 2]}}", EXACT),
          new Case("{'a': {'$all': [null]}}", NO_NULL),
          new Case(
              "{'a': {'$all': [null, 1]}}",
              "the index has what meets a part of $all, then each record is matched"),
          new Case(
              "{'a': {'$all': [" + MANY + "]}}",
              "the index has what meets a part of $all, then each record is matched"),
          new Case("{'a.0': {'$all': [1, 2]}}", NUMBER),
          new Case(
              "{'a': {'$elemMatch': {'b': 1}}}",
              "the index has such values at the path, but not whether they are in one element,"
                  + " then each record is matched"),
          new Case("{'a': {'$elemMatch': {'$gt': 1}}}", EXACT),
          new Case(
              "{'a': {'$elemMatch': {'$gt': 1, '$mod': [2, 0]}}}",
              "the index has such values at the path, but not whether they are in one element,"
                  + " then each record is matched"),
          new Case(
              "{'a': {'$mod': [2, 0]}}",
              "the index has the numbers at the path, then each record is matched"),
          new Case("{'a': {'$not': {'$gt': 1}}}", NO_MISSING),
          new Case("{'$nor': [{'a': 1}]}", NO_MISSING),
          new Case(
              "{'$or': [{'a': 1}, {'b': {'$ne': 1}}]}",
              "a part of $or has no use for an index; so every record is read"),
          new Case(
              "{'$or': [{'a': 1}, {'b': {'$size': 1}}]}",
              "the index of values by path has all that can match, then each record is matched"),
          new Case(
              "{'a': {'$regex': '^b'}}",
              "the index has the texts that begin with \"b\", then each record is matched"),
          new Case(
              "{'a': {'$regex': 'b'}}",
              "the index has the texts at the path, then each record is matched"));

  private static Filter filter(Case one) {
    return Filter.parse(Json.parseObject("filter", one.filter.replace('\'', '"')));
  }

  @Test
  void of_eachCase_saysWhatIsSo() {
    for (Case one : CASES) {
      List<Explanation.Clause> clauses = new Planner(path -> true).explain(filter(one));
      assertEquals(
          List.of(one.why), clauses.stream().map(Explanation.Clause::why).toList(), one.filter);
    }
  }

  /** A new condition needs a case above, and so a reason. */
  @Test
  void cases_haveEveryCondition() {
    Set<Class<?>> asked =
        CASES.stream()
            .map(PlanReasonsTest::filter)
            .filter(Filter.Field.class::isInstance)
            .map(filter -> ((Filter.Field) filter).condition().getClass())
            .collect(Collectors.toSet());
    Set<Class<?>> conditions =
        Stream.of(Condition.class.getPermittedSubclasses()).collect(Collectors.toSet());
    assertEquals(conditions, asked);
  }
}
