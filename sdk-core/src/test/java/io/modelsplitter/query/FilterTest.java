package io.modelsplitter.query;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{}                          | {}                        | true",
        "{\"a\":1}                   | {\"a\":1.0}               | true",
        "{\"a\":true}                | {\"a\":1}                 | false",
        "{\"a\":9007199254740993}    | {\"a\":9007199254740992.0} | false",
        "{\"a\":[{\"b\":1},{\"b\":2}]} | {\"a.b\":2}             | true",
        "{\"a\":[[1,2]]}             | {\"a\":1}                 | false",
        "{\"a\":[[1,2]]}             | {\"a\":[1,2]}             | true",
        "{\"a\":[2,1]}               | {\"a\":[1,2]}             | false",
        "{\"a\":[{\"b\":1}]}         | {\"a.0.b\":1}             | true",
        "{\"a\":{\"0\":{\"b\":1}}}   | {\"a.0.b\":1}             | true",
        "{\"a\":[{\"b\":1},{\"c\":2}]} | {\"a.b\":null}          | true",
        "{\"a\":[1]}                 | {\"a.b\":null}            | false",
        "{}                          | {\"a.b.c\":null}          | true",
        "{\"a\":{\"x\":1,\"y\":2}}   | {\"a\":{\"y\":2,\"x\":1}} | false",
        "{\"a\":{\"x\":1,\"y\":2}}   | {\"a\":{\"x\":1,\"y\":2.0}} | true",
        "{\"a\":1}                   | {\"a\":{\"$in\":[]}}      | false",
        "{}                          | {\"a\":{\"$in\":[null]}}  | true",
        "{\"a\":3,\"b\":4}           | {\"a\":3,\"b\":5}         | false",
        "{\"a\":[3,4]}               | {\"a\":{\"$eq\":3,\"$in\":[4]}} | true",
        "{\"\":1}                    | {\"\":1}                  | false",
        "{\"a\":{\"\":1}}            | {\"a.\":1}                | false",
        "{\"a.b\":1}                 | {\"a.b\":1}               | false",
      })
  void matches_asMongoDoes(String document, String filter, boolean matches) {
    assertMatches(document, filter, matches);
  }

  private static void assertMatches(String document, String filter, boolean matches) {
    Filter parsed = Filter.parse(Json.parseObject("filter", filter));
    assertEquals(matches, parsed.matches(Json.parseObject("document", document)));
    assertEquals(
        matches, Filter.parse(parsed.toMap()).matches(Json.parseObject("document", document)));
  }

  @Test
  void parse_unknownOperator_isRefusedByNameAndPath() {
    assertMessage("$or", Map.of("$or", List.of()));
    assertMessage("\"a.b\"", Map.of("a.b", Map.of("$near", 1)));
    assertMessage("$near", Map.of("a.b", Map.of("$near", 1)));
    assertMessage("$expr", Map.of("$expr", Map.of()));
    assertMessage("$jsonSchema", Map.of("$jsonSchema", Map.of()));
    assertMessage("$where", Map.of("$where", "sleep(1000)"));
    assertMessage("operator x", Map.of("a", Json.parseObject("x", "{\"$eq\":1,\"x\":2}")));
    assertMessage("$in", Map.of("a", Map.of("$in", 5)));
    assertMessage("$regex", Map.of("a", Map.of("$in", List.of(Map.of("$regex", "x")))));
    assertMessage("$and", Map.of("$and", List.of()));
  }

  private static void assertMessage(String part, Map<String, Object> filter) {
    refused(BadInputException.class, () -> Filter.parse(filter), part);
  }

  @Test
  void path_thatWouldBeAnOperator_isRefused() {
    assertThrows(BadInputException.class, () -> Filter.eq("$or", 1));
    assertThrows(BadInputException.class, () -> Filter.in("$a.b", 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\":[1,2]}   | {\"a\":{\"$ne\":1}}                 | false",
        "{}              | {\"a\":{\"$ne\":1}}                 | true",
        "{\"a\":[3,12]}  | {\"a\":{\"$gt\":5,\"$lt\":10}}      | true",
        "{\"a\":[3,12]}  | {\"a\":{\"$elemMatch\":{\"$gt\":5,\"$lt\":10}}} | false",
        "{\"a\":\"z\"}   | {\"a\":{\"$gt\":5}}                 | false",
        "{\"a\":[1,3]}   | {\"a\":{\"$gt\":[1,2]}}             | true",
        "{\"a\":null}    | {\"a\":{\"$exists\":true}}          | true",
        "{\"a\":4.5}     | {\"a\":{\"$mod\":[4,0]}}            | true",
        "{\"a\":1}       | {\"a\":{\"$size\":1}}               | false",
        "{\"a\":[[1]]}   | {\"a\":{\"$size\":1}}               | true",
        "{\"a\":[\"x\"]} | {\"a\":{\"$type\":[\"array\"]}}      | true",
        "{\"a\":[\"x\"]} | {\"a\":{\"$type\":\"string\"}}       | true",
        "{\"a\":[]}      | {\"a\":{\"$all\":[]}}               | false",
        "{\"a\":\"aXb\"} | {\"a\":{\"$regex\":\"x\",\"$options\":\"i\"}} | true",
        "{\"a\":\"[&&]\"} | {\"a\":{\"$regex\":\"^[[&&]+]$\"}}   | true",
        "{\"a\":{\"b\":1}} | {\"$nor\":[{\"a.b\":1},{\"a.b\":2}]} | false",
        "{\"a\":[{\"b\":1,\"c\":2}]} | {\"a\":{\"$elemMatch\":{\"b\":1,\"c\":{\"$in\":[2]}}}} | true",
        "{\"a\":[{\"0\":1}]} | {\"a.0\":1}                    | false",
      })
  void operators_asMongoHasThem(String document, String filter, boolean matches) {
    assertMatches(document, filter, matches);
  }

  @Test
  void regex_thatWouldTakeForever_isStopped() {
    Filter evil = Filter.regex("a", "^(?:(a+)+)\\1$", "");
    refused(
        BadInputException.class,
        () -> evil.matches(Map.of("a", "a".repeat(60) + "b")),
        "longer than a second");
    assertThrows(
        BadInputException.class,
        () -> Filter.regex("a", "(x|y)*z", "").matches(Map.of("a", "xy".repeat(1_000_000))));
  }

  @Test
  void regex_thatCannotBeUnderstood_isRefused() {
    for (String pattern :
        List.of(
            "(", "[a", "*", "(?(1)a|b)", "a\u0000", "x".repeat(20_000), "(?:(?:){9999}){9999}")) {
      assertThrows(BadInputException.class, () -> Filter.regex("a", pattern, ""));
    }
    assertThrows(BadInputException.class, () -> Filter.regex("a", "a", "g"));
  }

  @Test
  void filter_thatIsTooLarge_isRefused() {
    assertMessage("1001 clauses", Map.of("$and", Collections.nCopies(1000, Map.of("a", 1))));
    assertMessage("10000", Map.of("a", Map.of("$in", Collections.nCopies(10_001, 1))));
    Map<String, Object> nots = Map.of("$eq", 1);
    for (int i = 0; i < 150; i++) {
      nots = Map.of("$not", nots);
    }
    assertMessage("100 levels", Map.of("a", nots));
  }

  @Test
  void builder_makesWhatIsParsed() {
    Filter built =
        Filter.or(Filter.gt("a", 1), Filter.lte("a", 2), Filter.gte("a", 3), Filter.lt("a", 4))
            .and(Filter.ne("b", null))
            .and(Filter.nor(Filter.exists("c", true), Filter.exists("d", false)))
            .and(Filter.elemMatch("e", Filter.eq("f", 1)))
            .and(Filter.regex("g", "^h", "i"));
    assertEquals(built.conjuncts(), Filter.parse(built.toMap()).conjuncts());
  }

  @Test
  void and_joinsWhatMustHold() {
    Filter filter = Filter.eq("a", 1).and(Filter.in("b", "x", "y")).and(Filter.all());
    assertEquals(2, filter.conjuncts().size());
    assertTrue(filter.matches(Map.of("a", 1, "b", List.of("z", "y"))));
    assertFalse(filter.matches(Map.of("a", 1, "b", "z")));
    assertEquals(filter.conjuncts(), Filter.parse(filter.toMap()).conjuncts());
  }

  @Test
  void mapPaths_renamesEvery() {
    Filter filter = Filter.eq("a", 1).and(Filter.in("b", 2)).mapPaths(path -> "x." + path);
    assertTrue(filter.matches(Map.of("x", Map.of("a", 1, "b", 2))));
  }

  @Test
  void text_withHalfASurrogatePair_isNoOther() {
    Map<String, Object> document = Map.of("a", "\uD83D\uD83D\uDE00");
    assertFalse(Filter.in("a", "\uD83D\uDE00").matches(document));
    assertFalse(Filter.gte("a", "\uD83D\uDE00").matches(document));
    assertTrue(Filter.lt("a", "\uD83D\uDE00").matches(document));
    assertTrue(Filter.gt("a", "\uD83Dx").matches(document));
  }
}
