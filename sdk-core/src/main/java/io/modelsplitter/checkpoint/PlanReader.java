package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads of a plan's JSON what merging needs: which part of which tensor a rank holds. */
final class PlanReader {

  private PlanReader() {}

  /**
   * A part.
   *
   * @param rank who holds it
   * @param name the name it is held by
   * @param storedName what the tensor is called in the checkpoint
   * @param storedShape the tensor's shape
   * @param shape the part's
   * @param cut what is taken of the tensor; empty for all
   */
  record Entry(
      int rank,
      String name,
      String storedName,
      String dtype,
      List<Long> storedShape,
      List<Long> shape,
      Optional<Cut> cut) {}

  static List<Entry> entries(Map<String, Object> plan) {
    List<Entry> entries = new ArrayList<>();
    for (Object element : list(plan.get("ranks"), "ranks")) {
      Map<?, ?> rank = map(element, "ranks");
      if (!(rank.get("rank") instanceof Integer number)) {
        throw bad("a rank has the number " + Json.show(rank.get("rank")));
      }
      for (Object tensor : list(rank.get("tensors"), "tensors")) {
        entries.add(entry(number, map(tensor, "tensors")));
      }
    }
    return entries;
  }

  private static Entry entry(int rank, Map<?, ?> tensor) {
    String name = text(tensor.get("name"), "name");
    List<Long> shape = numbers(tensor.get("shape"), "shape");
    Object axis = tensor.get("axis");
    Optional<Cut> cut = Optional.empty();
    if (axis instanceof Integer number) {
      cut = Optional.of(new Cut(number, pieces(tensor.get("pieces"))));
    } else if (axis != null) {
      throw bad("\"axis\" of tensor " + Json.show(name) + " is " + Json.show(axis));
    }
    Object storedName = tensor.get("stored_name");
    return new Entry(
        rank,
        name,
        storedName == null ? name : text(storedName, "stored_name"),
        text(tensor.get("dtype"), "dtype"),
        cut.isEmpty() ? shape : numbers(tensor.get("stored_shape"), "stored_shape"),
        shape,
        cut);
  }

  private static List<Cut.Piece> pieces(@Nullable Object value) {
    List<Cut.Piece> pieces = new ArrayList<>();
    for (Object element : list(value, "pieces")) {
      List<Long> ends = numbers(element, "pieces");
      if (ends.size() != 2) {
        throw bad("a piece is " + Json.show(element) + ", not [from, to]");
      }
      pieces.add(new Cut.Piece(ends.get(0), ends.get(1)));
    }
    return pieces;
  }

  private static List<Long> numbers(@Nullable Object value, String field) {
    List<Long> numbers = new ArrayList<>();
    for (Object element : list(value, field)) {
      if (!(element instanceof Integer || element instanceof Long)
          || ((Number) element).longValue() < 0) {
        throw bad("\"" + field + "\" has " + Json.show(element));
      }
      numbers.add(((Number) element).longValue());
    }
    return List.copyOf(numbers);
  }

  private static List<?> list(@Nullable Object value, String field) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw bad("\"" + field + "\" must be a list, not " + Json.show(value));
  }

  private static Map<?, ?> map(@Nullable Object value, String field) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw bad("\"" + field + "\" must hold objects, not " + Json.show(value));
  }

  private static String text(@Nullable Object value, String field) {
    if (value instanceof String text) {
      return text;
    }
    throw bad("\"" + field + "\" must be a string, not " + Json.show(value));
  }

  private static BadInputException bad(String reason) {
    return new BadInputException("this is no plan of a split: " + reason);
  }
}
