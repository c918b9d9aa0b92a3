package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.ByteSource;
import io.modelsplitter.file.Stride;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Collects the cuts of a tensor until they are all of it. For one thread. */
final class MergedTensor {
  private final String name;
  private final PlanReader.Entry first;

  /** By the index along the axis where it begins. */
  private final TreeMap<Long, MergedSource.Run> runs = new TreeMap<>();

  private int axis;
  private @Nullable ElementType dtype;

  /**
   * @param first one of its parts
   */
  MergedTensor(String name, PlanReader.Entry first) {
    this.name = name;
    this.first = first;
  }

  void add(PlanReader.Entry entry, Tensor tensor) {
    boolean isSame =
        entry.storedShape().equals(first.storedShape()) && entry.dtype().equals(first.dtype());
    if (!isSame) {
      throw new BadInputException(
          "the plan has the tensor %s as %s%s and as %s%s"
              .formatted(
                  Json.show(name),
                  first.dtype(),
                  first.storedShape(),
                  entry.dtype(),
                  entry.storedShape()));
    }
    dtype = tensor.dtype();
    Cut cut = entry.cut().orElseThrow();
    if (!runs.isEmpty() && cut.axis() != axis) {
      throw new BadInputException(
          "the plan cuts the tensor %s along two axes, %d and %d"
              .formatted(Json.show(name), axis, cut.axis()));
    }
    axis = cut.axis();
    Tensor stored = tensorOf(MergedSource.NONE, tensor.dtype());
    TensorPart part = new TensorPart(entry.name(), stored, Optional.of(cut), Share.OWN);
    if (!part.shape().equals(tensor.shape())) {
      throw new BadInputException(
          "tensor %s of rank %d has the shape %s, but its pieces give %s"
              .formatted(Json.show(entry.name()), entry.rank(), tensor.shape(), part.shape()));
    }
    long at = 0; // in a row of the part
    Stride stride = part.stride();
    long partRow = stride.taken();
    for (Stride.Span span : stride.spans()) {
      add(new MergedSource.Run(span.offset(), span.length(), tensor, partRow, at));
      at += span.length();
    }
  }

  /** Of a run that was there before, as a copy, only what is new is taken. */
  private void add(MergedSource.Run run) {
    long from = run.offset();
    long end = run.offset() + run.length();
    while (from < end) {
      var before = runs.floorEntry(from);
      if (before != null && before.getValue().end() > from) {
        from = before.getValue().end();
        continue;
      }
      Long next = runs.ceilingKey(from);
      long to = next == null ? end : Math.min(end, next);
      runs.put(from, run.part(from, to));
      from = to;
    }
  }

  private Tensor tensorOf(ByteSource source, ElementType type) {
    long elements = first.storedShape().stream().reduce(1L, Math::multiplyExact);
    return new Tensor(name, type, first.storedShape(), source, 0, type.bytes(elements));
  }

  /** The tensor, read from its parts. */
  Tensor tensor() {
    ElementType type = dtype;
    if (type != null && tensorOf(MergedSource.NONE, type).bytes() == 0) {
      return tensorOf(MergedSource.NONE, type); // there is nothing to read
    }
    List<MergedSource.Run> ordered = new ArrayList<>(runs.values());
    if (type == null || ordered.isEmpty()) {
      throw missing(name, first.rank());
    }
    Tensor tensor = tensorOf(MergedSource.NONE, type);
    long rowBytes = 0;
    for (MergedSource.Run run : ordered) {
      if (run.offset() != rowBytes) {
        throw missing(name, first.rank());
      }
      rowBytes = run.end();
    }
    MergedSource source = new MergedSource(name, tensor.bytes(), rowBytes, ordered);
    long rows = ordered.get(0).tensor().bytes() / ordered.get(0).partRow();
    if (rows * rowBytes != tensor.bytes()) {
      throw missing(name, first.rank());
    }
    return tensorOf(source, type);
  }

  static BadInputException missing(String name, int rank) {
    return new BadInputException(
        "not all of the tensor %s is there; give the files of every rank, such as rank %d"
            .formatted(Json.show(name), rank));
  }
}
