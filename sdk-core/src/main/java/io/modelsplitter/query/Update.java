package io.modelsplitter.query;

import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A change of a document, with MongoDB's meaning. Immutable and thread-safe.
 *
 * <pre>{@code
 * Update update = Update.set("model_layer_public_url", "https://example.com/v2")
 *     .and(Update.addToSet("model_layer_metadata", Map.of("precision", "fp16")));
 * }</pre>
 *
 * <p>Operators: {@code $set $unset $inc $mul $min $max $rename $push} (with {@code $each $slice
 * $sort $position}) {@code $addToSet} (with {@code $each}) {@code $pull $pullAll $pop $currentDate
 * $setOnInsert} (which nothing heeds, as there is no upsert). Any other is refused by name. The
 * same path, or a path below another, may be changed only once.
 *
 * <p>JSON has no dates: {@code $currentDate} sets an ISO 8601 text in UTC, or with {@code {"$type":
 * "timestamp"}} Unix seconds.
 */
public final class Update {
  private final List<Change> changes;

  Update(List<Change> changes) {
    this.changes = List.copyOf(changes);
    UpdateParser.checkConflicts(this.changes);
  }

  /** One operator at one path. */
  record Change(UpdateOperator operator, String path, @Nullable Object value) {}

  /**
   * Sets the value at the path; objects on the way are made.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the update
   */
  public static Update set(String path, @Nullable Object value) {
    return of(UpdateOperator.SET, path, value);
  }

  /**
   * Removes the value at the path; an element of a list becomes null.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @return the update
   */
  public static Update unset(String path) {
    return of(UpdateOperator.UNSET, path, "");
  }

  /**
   * Adds the amount to the number at the path, which is 0 where there is none.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param amount may be negative
   * @return the update
   */
  public static Update inc(String path, Number amount) {
    return of(UpdateOperator.INC, path, amount);
  }

  /**
   * Adds the value to the end of the list at the path.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the update
   */
  public static Update push(String path, @Nullable Object value) {
    return of(UpdateOperator.PUSH, path, Map.of("$each", listOf(value)));
  }

  /**
   * Adds the value to the list at the path unless it is in it.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the update
   */
  public static Update addToSet(String path, @Nullable Object value) {
    return of(UpdateOperator.ADD_TO_SET, path, Map.of("$each", listOf(value)));
  }

  /**
   * Removes what equals the value, or matches it as a filter, from the list at the path.
   *
   * @param path a dotted path, such as {@code model_layer_metadata.precision}
   * @param value a plain value as JSON has it: null, text, number, truth value, list or map
   * @return the update
   */
  public static Update pull(String path, @Nullable Object value) {
    return of(UpdateOperator.PULL, path, value);
  }

  private static List<@Nullable Object> listOf(@Nullable Object value) {
    List<@Nullable Object> list = new ArrayList<>();
    list.add(value);
    return list;
  }

  private static Update of(UpdateOperator operator, String path, @Nullable Object value) {
    Map<String, @Nullable Object> change = new LinkedHashMap<>();
    change.put(path, value);
    return parse(Map.of(operator.sign, change));
  }

  /**
   * Reads an update as it comes over the wire.
   *
   * @param update the object as JSON gives it
   * @return the update
   * @throws io.modelsplitter.error.BadInputException names the operator or the path that is wrong
   */
  public static Update parse(Map<String, ?> update) {
    return UpdateParser.parse(Json.copyOf("update", update));
  }

  /**
   * {@return this update and the other one; they must not touch the same path}
   *
   * @param other what is to change, too
   */
  public Update and(Update other) {
    List<Change> both = new ArrayList<>(changes);
    both.addAll(other.changes);
    return new Update(both);
  }

  /**
   * {@return the changed document; the given one is left as it is} Fields that are not touched keep
   * their place.
   *
   * @param document a tree of plain values
   * @throws io.modelsplitter.error.BadInputException when the document does not allow the change: a
   *     path leads through a value that has no fields, a number or a list is needed; or when its
   *     regular expressions take longer than a second together
   */
  public Map<String, Object> apply(Map<String, Object> document) {
    Map<String, Object> result = document;
    Updater updater = new Updater();
    for (Change change : changes) {
      result = updater.apply(change, result);
    }
    return Json.copyOf("the updated document", result);
  }

  /** {@return the first components of the paths: the fields of the document that change} */
  public Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    for (String path : UpdateParser.paths(changes)) {
      fields.add(path.split("\\.", 2)[0]);
    }
    return fields;
  }

  /**
   * {@return the same update with each path replaced, as for another name of a field}
   *
   * @param rename answers the new path for each old one
   */
  public Update mapPaths(UnaryOperator<String> rename) {
    List<Change> renamed = new ArrayList<>();
    for (Change change : changes) {
      boolean toPath = change.operator() == UpdateOperator.RENAME;
      Object value =
          toPath && change.value() instanceof String target ? rename.apply(target) : change.value();
      renamed.add(new Change(change.operator(), rename.apply(change.path()), value));
    }
    return new Update(renamed);
  }

  /** {@return the update as it goes over the wire; {@link #parse} reads it back} */
  public Map<String, Object> toMap() {
    Map<String, Map<String, @Nullable Object>> map = new LinkedHashMap<>();
    for (Change change : changes) {
      map.computeIfAbsent(change.operator().sign, sign -> new LinkedHashMap<>())
          .put(change.path(), change.value());
    }
    return Json.copyOf("update", map);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Update update && changes.equals(update.changes);
  }

  @Override
  public int hashCode() {
    return changes.hashCode();
  }

  @Override
  public String toString() {
    return Json.write(toMap());
  }
}
