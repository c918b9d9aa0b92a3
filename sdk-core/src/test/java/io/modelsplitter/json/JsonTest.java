package io.modelsplitter.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

  @Test
  void parse_numbers_haveTheTypeOfTheirText() {
    assertEquals(
        List.of(1, 2_147_483_648L, 3.0, 0.5, 1e308, Long.MIN_VALUE, -0.0),
        Json.parse("x", "[1, 2147483648, 3.0, 5e-1, 1e308, -9223372036854775808, -0.0]"));
  }

  @Test
  void write_thenParse_isTheSameValue() {
    String text = "{\"b\":[1,2.0,null,true,\"\\ud83d\\ude00\\u0000\\ud800\"],\"a\":{},\"\":\"x\"}";
    Map<String, Object> value = Json.parseObject("x", text);
    assertEquals(List.of("b", "a", ""), new ArrayList<>(value.keySet()));
    assertEquals(value, Json.parseObject("x", Json.write(value)));
    assertTrue(Json.write(value).chars().allMatch(c -> c >= 0x20 && c < 0x7F));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}{}",
        "[1,]",
        "{\"a\":1,\"a\":2}",
        "NaN",
        "1e999",
        "9223372036854775808",
        "'a'",
        "{a:1}",
        "// no\n1",
        "\"\u0001\"",
        "01"
      })
  void parse_whatIsNotJson_isRefusedByName(String text) {
    BadInputException e = assertThrows(BadInputException.class, () -> Json.parse("the x", text));
    assertTrue(String.valueOf(e.getMessage()).startsWith("the x "), e::getMessage);
  }

  @Test
  void parse_tooDeep_isRefused() {
    String deepest = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
    assertEquals(deepest, Json.write(Json.copyOfValue("x", Json.parse("x", deepest))));
    assertThrows(
        BadInputException.class, () -> Json.copyOfValue("x", Json.parse("x", "[" + deepest + "]")));
    BadInputException e =
        assertThrows(BadInputException.class, () -> Json.parse("x", "[".repeat(1_000_000)));
    assertTrue(String.valueOf(e.getMessage()).endsWith("text or number"), e::getMessage);
  }

  @Test
  void parseAlong_keepsWhatThePathNeeds() {
    String json = "[{\"a\": {\"b\": {\"c\": 1}, \"x\": [2]}, \"y\": 3}, [{\"a\": 4}], 5]";
    assertEquals(
        "[{\"a\":{\"b\":{\"c\":1}}},[{\"a\":4}],5]",
        Json.write(Json.parseAlong("text", json, new String[] {"before", "a", "b"}, 1)));
    assertEquals(
        Json.write(Json.parse("text", json)),
        Json.write(Json.parseAlong("text", json, new String[] {"0", "a"}, 0)));
    assertThrows(
        BadInputException.class,
        () -> Json.parseAlong("text", "{\"a\": 1, \"x\": [}", new String[] {"a"}, 0));
  }

  @Test
  void parseObject_ofAList_isRefused() {
    BadInputException e =
        assertThrows(BadInputException.class, () -> Json.parseObject("TASK_DATA", "[1]"));
    assertEquals("TASK_DATA must be a JSON object, not [1]", e.getMessage());
  }

  @Test
  void copyOf_takesTheFormThatParsingGives() {
    Map<String, Object> copy = Json.copyOf("x", Map.of("a", 5L, "b", (short) 6, "c", 1.5f));
    assertEquals(Map.of("a", 5, "b", 6, "c", 1.5), copy);
    assertThrows(UnsupportedOperationException.class, () -> copy.put("d", 1));
  }

  @Test
  void copyOf_whatJsonCannotHold_isRefused() {
    for (Object bad : Arrays.asList(Double.NaN, new Object(), new int[0], Map.of(1, 2))) {
      assertThrows(BadInputException.class, () -> Json.copyOf("x", Map.of("a", bad)));
    }
    List<Object> circle = new ArrayList<>();
    circle.add(circle);
    assertThrows(BadInputException.class, () -> Json.copyOfValue("x", circle));
  }

  @Test
  void elements_areReadOneByOne() throws IOException {
    List<Object> seen = new ArrayList<>();
    elements("{\"success\": true, \"more\": [[1]], \"data\": [{\"a\": 1}, {}], \"x\": {}}", seen);
    assertEquals(List.of(Map.of("a", 1), Map.of()), seen);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"data\": 1}", "{\"data\": [1]}", "{\"data\": [x]}"})
  void elements_ofAnotherAnswer_areRefused(String text) {
    assertThrows(BadInputException.class, () -> elements(text, new ArrayList<>()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"data\": [", "{\"data\": [{}", "{\"data\": [{}]", "{\"data\": [{}], "})
  void elements_ofAnAnswerThatBreaksOff_areNotTakenForAll(String text) {
    assertThrows(EOFException.class, () -> elements(text, new ArrayList<>()));
  }

  private static void elements(String text, List<Object> seen) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Json.elements("the answer", new ByteArrayInputStream(bytes)).forEach(seen::add);
  }

  @Test
  void show_isShortAndAscii() {
    assertEquals("\"\\u00E9\\n\"", Json.show("\u00e9\n"));
    assertEquals(80, Json.show("x".repeat(1000)).length());
  }
}
