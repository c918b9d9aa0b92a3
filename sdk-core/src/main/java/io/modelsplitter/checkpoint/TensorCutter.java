package io.modelsplitter.checkpoint;

import io.modelsplitter.checkpoint.TensorRule.Treatment;
import io.modelsplitter.checkpoint.TensorRule.Unit;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a rank of a tensor-parallel stage gets of a tensor. */
final class TensorCutter {
  private final Architecture architecture;
  private final AttentionHeads heads;
  private final int degree;

  TensorCutter(Architecture architecture, Map<String, Object> config, int degree) {
    this.architecture = architecture;
    this.heads = new AttentionHeads(architecture, config, degree);
    this.degree = degree;
  }

  /**
   * The rank's part of what the stage needs.
   *
   * @param whole a whole tensor
   * @return empty where the rank needs none of it
   */
  Optional<TensorPart> cut(TensorPart whole, int tpRank) {
    if (degree == 1) {
      return Optional.of(whole);
    }
    Treatment treatment = treatment(whole.name());
    if (treatment instanceof Treatment.Once) {
      return tpRank == 0 ? Optional.of(whole) : Optional.empty();
    }
    if (treatment instanceof Treatment.Replicate replicate) {
      if (replicate.perHead()) {
        heads.checkLength(whole);
      }
      return Optional.of(tpRank == 0 ? whole : shared(whole, Optional.empty(), Share.REPLICATED));
    }
    return Optional.of(sliced(whole, (Treatment.Slice) treatment, tpRank));
  }

  /** Whether one rank of a stage alone needs a tensor. */
  boolean isOnce(String name) {
    return degree > 1 && treatment(name) instanceof Treatment.Once;
  }

  private Treatment treatment(String name) {
    for (TensorRule rule : architecture.rules()) {
      if (rule.match().matches(name)) {
        return rule.treatment();
      }
    }
    throw new BadInputException(
        ("no rule says how tensor parallelism cuts the tensor %s of %s models (are the weights"
                + " quantised?); use pipeline_parallel, or give architecture_rules")
            .formatted(Json.show(name), architecture.name()));
  }

  private TensorPart sliced(TensorPart whole, Treatment.Slice slice, int tpRank) {
    List<Long> shape = whole.tensor().shape();
    if (slice.axis() >= shape.size()) {
      throw new BadInputException(
          "tensor %s of shape %s has no axis %d, along which tensor parallelism would cut it"
              .formatted(Json.show(whole.name()), shape, slice.axis()));
    }
    long size = shape.get(slice.axis());
    if (size == 0) { // there is nothing to share
      return tpRank == 0 ? whole : shared(whole, Optional.empty(), Share.REPLICATED);
    }
    List<Cut.Piece> pieces = new ArrayList<>();
    boolean isShared = false;
    long offset = 0;
    long[] lengths = lengths(whole, slice, size);
    for (int i = 0; i < lengths.length; i++) {
      Unit unit = slice.parts().get(i);
      long parts = unit == Unit.KV_HEADS ? heads.keyValueParts() : degree;
      long index = tpRank * parts / degree;
      isShared |= parts < degree && tpRank * parts % degree != 0;
      checkDivides(whole, unit, lengths[i], parts);
      long from = offset + position(lengths[i], index, parts);
      long to = offset + position(lengths[i], index + 1, parts);
      if (from < to) {
        pieces.add(new Cut.Piece(from, to));
      }
      offset += lengths[i];
    }
    if (pieces.isEmpty()) {
      throw new BadInputException(
          "tensor %s of shape %s has too little along axis %d for tp_degree %d"
              .formatted(Json.show(whole.name()), shape, slice.axis(), degree));
    }
    Cut cut = new Cut(slice.axis(), pieces);
    return shared(whole, Optional.of(cut), isShared ? Share.SHARED_HEADS : Share.OWN);
  }

  /** Without overflow: the begin of one of so many shares of a length. */
  private static long position(long length, long index, long parts) {
    return length / parts * index + length % parts * index / parts;
  }

  private long[] lengths(TensorPart whole, Treatment.Slice slice, long size) {
    List<Unit> parts = slice.parts();
    long units = 0;
    for (Unit part : parts) {
      units += count(part);
    }
    if (size % units != 0) {
      throw new BadInputException(
          "tensor %s has %d along axis %d, which are no whole %s"
              .formatted(
                  Json.show(whole.name()),
                  size,
                  slice.axis(),
                  parts.contains(Unit.HEADS) || parts.contains(Unit.KV_HEADS)
                      ? units + " heads"
                      : units + " parts"));
    }
    if (parts.contains(Unit.HEADS) || parts.contains(Unit.KV_HEADS)) {
      heads.checkSize(whole, slice.axis(), size, units);
    }
    long[] lengths = new long[parts.size()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = size / units * count(parts.get(i));
    }
    return lengths;
  }

  private long count(Unit unit) {
    return switch (unit) {
      case HEADS -> heads.query();
      case KV_HEADS -> heads.keyValue();
      case EVEN, UNEVEN -> 1;
    };
  }

  private static void checkDivides(TensorPart whole, Unit unit, long length, long parts) {
    if (unit == Unit.EVEN && length % parts != 0) {
      throw new BadInputException(
          "tensor %s of shape %s cannot be cut into %d equal parts of %d; use a tp_degree that divides it"
              .formatted(Json.show(whole.name()), whole.tensor().shape(), parts, length));
    }
  }

  /** A copy stays the copy that it was. */
  private static TensorPart shared(TensorPart whole, Optional<Cut> cut, Share share) {
    return new TensorPart(
        whole.name(), whole.tensor(), cut, whole.share() == Share.OWN ? share : whole.share());
  }
}
