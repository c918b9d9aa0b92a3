package io.modelsplitter.query;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** Which elements {@code $pull} removes. JSON's null is Java's here. */
@NullUnmarked
interface PullQuery {

  boolean matches(Object element);

  /**
   * A value that an element equals, conditions that it meets, or a filter that it matches.
   *
   * @param matcher of the update, whose regular expressions share one second
   */
  static PullQuery of(String path, Object operand, Matcher matcher) {
    if (!(operand instanceof Map<?, ?> map)) {
      return element -> Values.equal(element, operand);
    }
    if (FilterParser.isFilter(map)) {
      Filter filter = FilterParser.parse(map);
      return element -> element instanceof Map<?, ?> object && matcher.matches(filter, object);
    }
    List<Filter> conditions = new ArrayList<>();
    new ConditionParser(path)
        .parse(map)
        .forEach(condition -> conditions.add(new Filter.Field("element", condition)));
    Filter all = new Filter.And(conditions);
    return element -> matcher.matches(all, Collections.singletonMap("element", element));
  }
}
