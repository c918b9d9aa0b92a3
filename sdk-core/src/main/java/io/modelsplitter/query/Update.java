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
 * <p>Known operators are {@code $set}, {@code $unset} and {@code $addToSet} (with {@code $each});
 * any other is refused by name. The same path, or a path below another, may be changed only once.
 */
public final class Update {
  private final List<Change> changes;

  Update(List<Change> changes) {
    this.changes = List.copyOf(changes);
    UpdateParser.checkConflicts(this.changes);
  }

  /** One operator at one path. */
  record Change(Operator operator, String path, @Nullable Object value) {}

  enum Operator {
    SET("$set"),
    UNSET("$unset"),
    ADD_TO_SET("$addToSet");

    final String sign;

    Operator(String sign) {
      this.sign = sign;
    }
  }

  /** Sets the value at the path; objects on the way are made. */
  public static Update set(String path, @Nullable Object value) {
    return of(Operator.SET, path, value);
  }

  /** Removes the value at the path; an element of a list becomes null. */
  public static Update unset(String path) {
    return of(Operator.UNSET, path, "");
  }

  /** Adds the value to the list at the path unless it is in it. */
  public static Update addToSet(String path, @Nullable Object value) {
    return of(Operator.ADD_TO_SET, path, Map.of("$each", Json.copyOfValue(path, listOf(value))));
  }

  private static List<@Nullable Object> listOf(@Nullable Object value) {
    List<@Nullable Object> list = new ArrayList<>();
    list.add(value);
    return list;
  }

  private static Update of(Operator operator, String path, @Nullable Object value) {
    Map<String, Object> change = new LinkedHashMap<>();
    change.put(path, value);
    return parse(Map.of(operator.sign, change));
  }

  /**
   * Reads an update as it comes over the wire.
   *
   * @throws io.modelsplitter.error.BadInputException names the operator or the path that is wrong
   */
  public static Update parse(Map<String, ?> update) {
    return UpdateParser.parse(Json.copyOf("update", update));
  }

  /** This update and the other one; they must not touch the same path. */
  public Update and(Update other) {
    List<Change> both = new ArrayList<>(changes);
    both.addAll(other.changes);
    return new Update(both);
  }

  /**
   * The changed document; the given one is left as it is. Fields that are not touched keep their
   * place.
   *
   * @throws io.modelsplitter.error.BadInputException when a path leads through a value that has no
   *     fields, or {@code $addToSet} meets something that is not a list
   */
  public Map<String, Object> apply(Map<String, Object> document) {
    Map<String, Object> result = document;
    for (Change change : changes) {
      result = Updater.apply(change, result);
    }
    return Json.copyOf("the updated document", result);
  }

  /** The first components of the paths: the fields of the document that change. */
  public Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    for (Change change : changes) {
      fields.add(change.path().split("\\.", 2)[0]);
    }
    return fields;
  }

  /** The same update with each path replaced, as for another name of a field. */
  public Update mapPaths(UnaryOperator<String> rename) {
    List<Change> renamed = new ArrayList<>();
    for (Change change : changes) {
      renamed.add(new Change(change.operator(), rename.apply(change.path()), change.value()));
    }
    return new Update(renamed);
  }

  /** The update as it goes over the wire; {@link #parse} reads it back. */
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
