package io.modelsplitter.query;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpdateTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{}                | {\"$set\":{\"a.b.c\":1}}           | {\"a\":{\"b\":{\"c\":1}}}",
        "{\"z\":1,\"a\":2} | {\"$set\":{\"z\":3}}               | {\"z\":3,\"a\":2}",
        "{\"a\":[1]}       | {\"$set\":{\"a.3\":4}}             | {\"a\":[1,null,null,4]}",
        "{\"a\":[1,2]}     | {\"$unset\":{\"a.0\":\"\"}}        | {\"a\":[null,2]}",
        "{\"a\":1,\"b\":2} | {\"$unset\":{\"a\":1}}             | {\"b\":2}",
        "{\"a\":1}         | {\"$unset\":{\"x.y\":1,\"a.b\":1}} | {\"a\":1}",
        "{\"a\":[1]}       | {\"$addToSet\":{\"a\":1.0}}        | {\"a\":[1]}",
        "{}                | {\"$addToSet\":{\"a\":1}}          | {\"a\":[1]}",
        "{\"a\":[]}        | {\"$addToSet\":{\"a\":{\"$each\":[1,2,1]}}} | {\"a\":[1,2]}",
        "{\"a\":1}         | {\"$inc\":{\"a\":2147483647,\"b\":1.5}} | {\"a\":2147483648,\"b\":1.5}",
        "{\"a\":2}         | {\"$mul\":{\"a\":1.5,\"b\":3}} | {\"a\":3.0,\"b\":0}",
        "{\"a\":2,\"b\":\"x\"} | {\"$min\":{\"a\":1,\"b\":9},\"$max\":{\"c\":1}} | {\"a\":1,\"b\":9,\"c\":1}",
        "{\"a\":1,\"b\":2} | {\"$rename\":{\"a\":\"c.d\"}}        | {\"b\":2,\"c\":{\"d\":1}}",
        "{\"a\":[3,1]}     | {\"$push\":{\"a\":{\"$each\":[2,9],\"$position\":0,\"$sort\":-1,\"$slice\":3}}} | {\"a\":[9,3,2]}",
        "{\"a\":[{\"b\":2},{\"b\":1}]} | {\"$push\":{\"a\":{\"$each\":[],\"$sort\":{\"b\":1}}}} | {\"a\":[{\"b\":1},{\"b\":2}]}",
        "{\"a\":[1,5,\"x\",null]} | {\"$pull\":{\"a\":{\"$gt\":3}}} | {\"a\":[1,\"x\",null]}",
        "{\"a\":[{\"b\":1,\"c\":2},3]} | {\"$pull\":{\"a\":{\"b\":1}}} | {\"a\":[3]}",
        "{\"a\":[1,2,1.0]} | {\"$pullAll\":{\"a\":[1]}}       | {\"a\":[2]}",
        "{\"a\":[1,2,3]}   | {\"$pop\":{\"a\":-1}}            | {\"a\":[2,3]}",
        "{}                | {\"$setOnInsert\":{\"a\":1}}       | {}",
        "{\"a\":3.0}       | {\"$set\":{\"b\":3.0}}             | {\"a\":3.0,\"b\":3.0}",
      })
  void apply_asMongoDoes(String document, String update, String result) {
    Map<String, Object> changed =
        Update.parse(Json.parseObject("update", update))
            .apply(Json.parseObject("document", document));
    assertEquals(result.strip(), Json.write(changed));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"a\":1}    | {\"$set\":{\"a.b\":1}}",
        "{\"a\":null} | {\"$set\":{\"a.b\":1}}",
        "{\"a\":[1]}  | {\"$set\":{\"a.b\":1}}",
        "{\"a\":[1]}  | {\"$set\":{\"a.99999999\":1}}",
        "{\"a\":1}    | {\"$addToSet\":{\"a\":1}}",
        "{}           | {\"$set\":{\"a\":1,\"a.b\":2}}",
        "{}           | {\"$set\":{\"a\":1},\"$unset\":{\"a\":1}}",
        "{}           | {\"$set\":{\"a..b\":1}}",
        "{}           | {\"$set\":{\"\":1}}",
        "{}           | {\"$set\":{\"$x\":1}}",
        "{}           | {\"$set\":1}",
        "{}           | {\"$bit\":{\"a\":1}}",
        "{\"a\":\"x\"} | {\"$inc\":{\"a\":1}}",
        "{\"a\":9223372036854775807} | {\"$inc\":{\"a\":1}}",
        "{}           | {\"$inc\":{\"a\":\"1\"}}",
        "{}           | {\"$push\":{\"a\":{\"$each\":1}}}",
        "{}           | {\"$push\":{\"a\":{\"$each\":[],\"$sort\":2}}}",
        "{}           | {\"$pop\":{\"a\":0}}",
        "{}           | {\"$pull\":{\"a\":{\"$nope\":1}}}",
        "{}           | {\"$rename\":{\"a\":\"a.b\"}}",
        "{}           | {\"$currentDate\":{\"a\":1}}",
        "{}           | {\"a\":1}",
        "{}           | {\"$set\":{\"a\":1},\"b\":1}",
        "{}           | {}",
      })
  void parseOrApply_whatIsWrong_isRefused(String document, String update) {
    assertThrows(
        BadInputException.class,
        () ->
            Update.parse(Json.parseObject("update", update))
                .apply(Json.parseObject("document", document)));
  }

  @Test
  void parse_tooManyOrTooLongPaths_areRefused() {
    Map<String, Object> many = new LinkedHashMap<>();
    for (int i = 0; i <= 1_000; i++) {
      many.put("k" + i, i);
    }
    assertThrows(BadInputException.class, () -> Update.parse(Map.of("$set", many)));
    String deep = "a" + ".a".repeat(30_000);
    assertThrows(BadInputException.class, () -> Update.set(deep, 1));
    assertThrows(BadInputException.class, () -> Update.parse(Map.of("$rename", Map.of("a", deep))));
  }

  @Test
  void apply_leavesTheGivenDocument() {
    Map<String, Object> document = Json.parseObject("x", "{\"a\":{\"b\":[1]}}");
    Update.set("a.b.0", 2).apply(document);
    assertEquals(Map.of("a", Map.of("b", List.of(1))), document);
  }

  @Test
  void toMap_isReadBack() {
    Update update =
        Update.set("a.b", 1).and(Update.unset("c")).and(Update.addToSet("d", Map.of("$each", 1)));
    assertEquals(update, Update.parse(update.toMap()));
    assertEquals(Set.of("a", "c", "d"), update.fields());
    assertEquals(
        new ArrayList<>(List.of(Map.of("$each", 1))), update.apply(Map.of("c", 1)).get("d"));
  }

  @Test
  void apply_regularExpressionsOfManyPulls_haveOneSecondTogether() {
    Map<String, Object> document = new LinkedHashMap<>();
    Map<String, Object> pulls = new LinkedHashMap<>();
    for (int i = 0; i < 1_000; i++) {
      document.put("a" + i, List.of("a".repeat(22) + "b")); // a part of a second each
      pulls.put("a" + i, Map.of("$regex", "^(?:(a+)+)\\1$"));
    }
    Update update = Update.parse(Map.of("$pull", pulls));
    refused(BadInputException.class, () -> update.apply(document), "longer than a second");
  }
}
