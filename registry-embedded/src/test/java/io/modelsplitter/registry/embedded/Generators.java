package io.modelsplitter.registry.embedded;

import io.modelsplitter.query.BsonType;
import io.modelsplitter.query.Condition;
import io.modelsplitter.query.Filter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.NullUnmarked;

/** Documents and filters with the names and values that translators have stumbled over. */
@NullUnmarked
final class Generators {
  private static final String LONG = "x".repeat(600);

  private static final List<String> NAMES =
      List.of(
          "a",
          "b",
          "c",
          "0",
          "1",
          "01",
          "",
          "a.b",
          "'",
          "\"",
          "?",
          "%",
          "_",
          "\\",
          ":p0",
          "{}",
          "x$",
          "\u0000",
          "\u00e9",
          "\ud83d\ude00",
          "\ud800",
          "x y",
          "--");

  private static final List<Object> PLAIN =
      Arrays.asList(
          null,
          true,
          false,
          0,
          1,
          2,
          5,
          -1,
          1.0,
          1.5,
          -0.0,
          0.1,
          1e308,
          -1e308,
          4.9e-324,
          9_007_199_254_740_992L,
          9_007_199_254_740_993L,
          -9_007_199_254_740_993L,
          9007199254740992.0,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          0x1p63,
          "",
          "a",
          "b",
          "ab",
          "a\u0000",
          "a\u0000b",
          "1",
          "'",
          "' OR 1=1 --",
          "\"",
          "?",
          "$1",
          "%",
          "_",
          "\\",
          "\u00e9",
          "\uffee",
          "\ud83d\ude00",
          "\ud800",
          "\udc00x",
          "null",
          "x.y");

  private static final List<Object> LARGE =
      List.of(LONG, LONG + "a", LONG + "b", "y" + LONG, nested(100), List.of(LONG, 1), nested(99));

  private Generators() {}

  private static Object nested(int depth) {
    Object value = 1;
    for (int i = 0; i < depth; i++) {
      value = i % 2 == 0 ? Map.of("a", value) : List.of(value);
    }
    return value;
  }

  static Arbitrary<Map<String, Object>> documents(boolean withLarge) {
    return objects(values(withLarge, 3), 4);
  }

  private static Arbitrary<Map<String, Object>> objects(Arbitrary<Object> values, int fields) {
    return Combinators.combine(names(), values)
        .as((name, value) -> new Object[] {name, value})
        .list()
        .ofMaxSize(fields)
        .map(
            pairs -> {
              Map<String, Object> object = new LinkedHashMap<>();
              pairs.forEach(pair -> object.put((String) pair[0], pair[1]));
              return object;
            });
  }

  /** The first names are the usual ones, so that documents have something in common. */
  private static Arbitrary<String> names() {
    return Arbitraries.frequencyOf(
        Tuple.of(8, Arbitraries.of("a", "b")),
        Tuple.of(2, Arbitraries.of("c", "0", "1")),
        Tuple.of(2, Arbitraries.of(NAMES)));
  }

  static Arbitrary<Object> values(boolean withLarge, int depth) {
    Arbitrary<Object> plain = Arbitraries.of(PLAIN);
    Arbitrary<Object> scalars =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.of(0, 1, 2, 1.0, "a", "b")),
            Tuple.of(6, plain),
            Tuple.of(1, withLarge ? Arbitraries.of(LARGE) : plain));
    if (depth == 0) {
      return scalars;
    }
    Arbitrary<Object> below = values(withLarge, depth - 1);
    return Arbitraries.frequencyOf(
        Tuple.of(5, scalars),
        Tuple.of(3, below.list().ofMaxSize(3).map(ArrayList::new)),
        Tuple.of(4, objects(below, 3).map(it -> (Object) it)));
  }

  static Arbitrary<String> paths() {
    return names()
        .list()
        .ofMinSize(1)
        .ofMaxSize(4)
        .map(names -> String.join(".", names))
        .filter(path -> !path.startsWith("$"));
  }

  static Arbitrary<Filter> filters(int depth) {
    Arbitrary<Filter> fields =
        Combinators.combine(paths(), conditions(depth)).as(Filter.Field::new);
    if (depth == 0) {
      return fields;
    }
    Arbitrary<List<Filter>> some = filters(depth - 1).list().ofMinSize(1).ofMaxSize(3);
    return Arbitraries.frequencyOf(
        Tuple.of(8, fields),
        Tuple.of(2, some.map(Filter.And::new)),
        Tuple.of(2, some.map(Filter.Or::new)),
        Tuple.of(1, some.map(Filter.Nor::new)),
        Tuple.of(2, range()));
  }

  /** Two bounds at one path, which may be met by two elements. */
  private static Arbitrary<Filter> range() {
    return Combinators.combine(paths(), values(true, 1), values(true, 1))
        .as((path, low, high) -> Filter.gte(path, low).and(Filter.lt(path, high)));
  }

  private static Arbitrary<Condition> conditions(int depth) {
    Arbitrary<Object> values = values(true, 2);
    List<Tuple.Tuple2<Integer, Arbitrary<? extends Condition>>> all =
        new ArrayList<>(
            List.of(
                Tuple.of(6, values.map(Condition.Equal::new)),
                Tuple.of(
                    4,
                    Combinators.combine(Arbitraries.of(Condition.Order.values()), values)
                        .as(Condition.Compare::new)),
                Tuple.of(3, values.list().ofMaxSize(4).map(Condition.In::new)),
                Tuple.of(2, Arbitraries.create(Condition.Exists::new)),
                Tuple.of(
                    2,
                    Arbitraries.of(BsonType.class)
                        .set()
                        .ofMinSize(1)
                        .ofMaxSize(3)
                        .map(types -> new Condition.HasType(EnumSet.copyOf(types)))),
                Tuple.of(1, Arbitraries.integers().between(0, 3).map(Condition.Size::new)),
                Tuple.of(
                    2,
                    values
                        .map(value -> (Condition) new Condition.Equal(value))
                        .list()
                        .ofMaxSize(3)
                        .map(Condition.All::new)),
                Tuple.of(
                    1, Arbitraries.longs().between(1, 3).map(it -> new Condition.Mod(it, it - 1))),
                Tuple.of(
                    2,
                    Combinators.combine(
                            Arbitraries.of(
                                "^a",
                                "^ab?",
                                "^a\\u0000",
                                "b$",
                                "^\u00e9",
                                "^\ud83d\ude00",
                                "^\\$1",
                                "x",
                                "^x*y",
                                "^",
                                "a|^b",
                                "^1",
                                "^\\?",
                                "^'"),
                            Arbitraries.of("", "i", "m", "s"))
                        .as(Condition.Regex::new))));
    if (depth > 0) {
      Arbitrary<Condition> below = conditions(depth - 1);
      all.add(Tuple.of(2, below.list().ofMinSize(1).ofMaxSize(2).map(Condition.Not::new)));
      all.add(
          Tuple.of(3, below.list().ofMinSize(1).ofMaxSize(2).map(Condition.ElemMatchValue::new)));
      all.add(Tuple.of(4, filters(depth - 1).map(Condition.ElemMatch::new)));
    }
    @SuppressWarnings({"unchecked", "rawtypes"})
    Arbitrary<Condition> any = Arbitraries.frequencyOf((List) all);
    return any;
  }
}
