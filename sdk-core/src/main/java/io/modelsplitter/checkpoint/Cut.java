package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which indices of one axis are taken from a tensor. A fused tensor is cut in several pieces, one
 * from each of the tensors that were fused.
 *
 * @param axis the axis, from 0
 * @param pieces in order, without overlap, none empty; pieces that touch become one
 */
public record Cut(int axis, List<Piece> pieces) {

  /**
   * A run of indices.
   *
   * @param from its offset along the axis
   * @param to the index after its last one
   */
  public record Piece(long from, long to) {

    /** {@return how many indices it has} */
    public long length() {
      return to - from;
    }
  }

  /**
   * Joins pieces that touch, and checks the others.
   *
   * @param axis see {@link #axis}
   * @param pieces see {@link #pieces}
   */
  public Cut {
    List<Piece> joined = new ArrayList<>();
    for (Piece piece : pieces) {
      Piece last = joined.isEmpty() ? new Piece(0, 0) : joined.get(joined.size() - 1);
      if (piece.from() < last.to() || piece.from() >= piece.to()) {
        throw new BadInputException(
            "a cut has the pieces %s, which overlap, are empty or out of order".formatted(pieces));
      }
      if (!joined.isEmpty() && piece.from() == last.to()) {
        joined.set(joined.size() - 1, new Piece(last.from(), piece.to()));
      } else {
        joined.add(piece);
      }
    }
    if (axis < 0 || joined.isEmpty()) {
      throw new BadInputException("a cut needs an axis and pieces, not " + axis + " and " + pieces);
    }
    pieces = List.copyOf(joined);
  }

  /** {@return how many indices it takes} */
  public long length() {
    return pieces.stream().mapToLong(Piece::length).sum();
  }
}
