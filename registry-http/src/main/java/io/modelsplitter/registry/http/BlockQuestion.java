package io.modelsplitter.registry.http;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.Query;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /blocks/query}: {@code {"query": {filter}, "options": {"sort": {field:
 * ±1}, "limit": n, "skip": n}}}. A body without {@code query} is the filter itself, since a client
 * in the field sends that.
 *
 * @param limit how many at most, of any size; 0 for all
 * @param skip how many to leave out first
 */
record BlockQuestion(Filter filter, List<Query.Sort> sort, int limit, int skip) {

  static BlockQuestion read(Map<String, Object> body) {
    if (!body.containsKey("query")) {
      return new BlockQuestion(Filter.parse(body), List.of(), 0, 0);
    }
    for (String name : body.keySet()) {
      if (!name.equals("query") && !name.equals("options")) {
        throw new BadInputException(
            "beside query there can only be options, not " + Json.show(name));
      }
    }
    Filter filter = Filter.parse(object("query", body.get("query")));
    Object options = body.get("options");
    return options == null
        ? new BlockQuestion(filter, List.of(), 0, 0)
        : withOptions(filter, object("options", options));
  }

  private static BlockQuestion withOptions(Filter filter, Map<String, Object> options) {
    List<Query.Sort> sort = List.of();
    int limit = 0;
    int skip = 0;
    for (Map.Entry<String, Object> option : options.entrySet()) {
      switch (option.getKey()) {
        case "sort" -> sort = Sorts.of("options.sort", object("options.sort", option.getValue()));
        case "limit" -> limit = count("options.limit", option.getValue());
        case "skip" -> skip = count("options.skip", option.getValue());
        default ->
            throw new BadInputException(
                "unknown option "
                    + Json.show(option.getKey())
                    + "; known are sort, limit and skip");
      }
    }
    return new BlockQuestion(filter, sort, limit, skip);
  }

  private static int count(String name, @Nullable Object value) {
    if (value instanceof Integer number && number >= 0) {
      return number;
    }
    throw new BadInputException(name + " must be an integer of 0 or more, not " + Json.show(value));
  }

  @SuppressWarnings("unchecked") // Json makes no other map
  private static Map<String, Object> object(String name, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw new BadInputException(name + " must be an object, not " + Json.show(value));
  }

  /**
   * Hands over what is asked for, one by one.
   *
   * @param after the cursor to go on from, or null
   */
  void run(BlockRegistry registry, @Nullable String after, Consumer<? super Block> action) {
    long[] seen = {0};
    Consumer<Block> counted =
        block -> {
          if (seen[0]++ >= skip) {
            action.accept(block);
          }
        };
    if (limit == 0) {
      registry.query(new Query(filter, sort, 0, after), counted);
      return;
    }
    long wanted = (long) skip + limit;
    Optional<String> cursor = Optional.ofNullable(after);
    do {
      int page = (int) Math.min(wanted - seen[0], Query.MAX_LIMIT);
      cursor = registry.query(new Query(filter, sort, page, cursor.orElse(null)), counted);
    } while (cursor.isPresent() && seen[0] < wanted);
  }
}
