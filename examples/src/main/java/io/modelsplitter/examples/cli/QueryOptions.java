package io.modelsplitter.examples.cli;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Explanation;
import io.modelsplitter.registry.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which records are asked for, and how they are printed. */
final class QueryOptions {

  @Option(
      names = "--filter",
      paramLabel = "JSON",
      description =
          "Those that match, in MongoDB's language: '{\"model_asset_id\": \"gpt2\"}'. Default: all.")
  private @Nullable String filter;

  @Option(
      names = "--sort",
      paramLabel = "FIELD",
      split = ",",
      description =
          "In this order, by fields separated by commas; the largest first with --sort=-FIELD."
              + " Default: as they came.")
  private List<String> sort = new ArrayList<>();

  @Option(names = "--limit", paramLabel = "N", description = "So many at most. Default: all.")
  private @Nullable Long limit;

  @Option(names = "--explain", description = "Print how the registry would find them instead.")
  private boolean explain;

  @Option(names = "--json", description = "Print JSON, an object a line.")
  private boolean json;

  /** Something that answers queries. */
  interface Source<T> {
    /** Hands over what matches; answers where to go on. */
    Optional<String> query(Query query, Consumer<? super T> action);
  }

  /** Whether it is asked how the registry would answer. */
  boolean isExplain() {
    return explain;
  }

  /** Of one record there is nothing to select. */
  void refuse(CommandSpec spec) {
    if (filter != null || !sort.isEmpty() || limit != null || explain) {
      throw new ParameterException(
          spec.commandLine(),
          "--filter, --sort, --limit and --explain ask for many; leave them out to see one");
    }
  }

  /** Prints what was asked for, page by page. */
  <T> void print(Source<T> source, Rows<T> rows, Results results) {
    long[] left = {limit == null ? Long.MAX_VALUE : limit};
    Query query = query();
    Optional<String> next = Optional.empty();
    do {
      int page = limit == null ? 0 : (int) Math.min(left[0], Query.MAX_LIMIT);
      next =
          source.query(
              query.limit(page).after(next.orElse(null)),
              record -> {
                left[0]--;
                if (json) {
                  results.json(rows.toMap(record));
                } else {
                  rows.print(record, results);
                }
              });
    } while (next.isPresent() && left[0] > 0);
  }

  /** Prints one record: JSON, or a line for each field. */
  void print(Map<String, Object> record, Results results) {
    if (json) {
      results.json(record);
    } else {
      record.forEach(
          (name, value) ->
              results.row("%-28s  %s", name, value instanceof String ? value : Json.write(value)));
    }
  }

  /** The question. */
  Query query() {
    if (limit != null && limit < 1) {
      throw new BadInputException("--limit must be 1 or more, not " + limit);
    }
    Filter wanted =
        filter == null ? Filter.all() : Filter.parse(Json.parseObject("--filter", filter));
    Query.Sort[] keys = sort.stream().map(QueryOptions::key).toArray(Query.Sort[]::new);
    return Query.of(wanted).sort(keys);
  }

  private static Query.Sort key(String text) {
    boolean descending = text.startsWith("-");
    String field = descending ? text.substring(1) : text;
    if (field.isBlank()) {
      throw new BadInputException("--sort must be FIELD,-FIELD,…, and one is empty");
    }
    return new Query.Sort(field, descending);
  }

  /** Prints how a registry would answer. */
  void print(Explanation explanation, Results results) {
    if (json) {
      results.json(explanation.toMap());
      return;
    }
    results.line("answered by " + explanation.slowest().wire());
    for (Explanation.Clause clause : explanation.clauses()) {
      results.row(
          "%-8s  %s: %s",
          clause.answeredBy().wire(), Json.write(clause.filter().toMap()), clause.why());
    }
    for (Explanation.SortKey key : explanation.sort()) {
      String sign = key.sort().descending() ? "-" : "";
      results.row(
          "%-8s  sort by %s%s: %s", key.answeredBy().wire(), sign, key.sort().field(), key.why());
    }
  }
}
