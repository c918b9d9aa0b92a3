package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.Stride;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a rank holds of a tensor: all of it, or a cut. The part is a tensor of its own, with the
 * pieces of the cut side by side.
 *
 * @param name the name that the rank holds it by
 * @param tensor the stored tensor, under its own name
 * @param cut what is taken of it; empty for all
 * @param share why the rank holds it
 */
public record TensorPart(String name, Tensor tensor, Optional<Cut> cut, Share share) {

  /**
   * Checks that the cut fits the tensor's shape and the blocks of its type.
   *
   * @param name see {@link #name}
   * @param tensor see {@link #tensor}
   * @param cut see {@link #cut}
   * @param share see {@link #share}
   */
  public TensorPart {
    try {
      cut.ifPresent(it -> check(tensor, it));
    } catch (ArithmeticException e) { // which only one without elements can have
      throw new BadInputException(
          "tensor %s has the impossible shape %s"
              .formatted(Json.show(tensor.name()), tensor.shape()),
          e);
    }
  }

  /**
   * {@return all of a tensor, under its own name}
   *
   * @param tensor of any checkpoint
   */
  public static TensorPart whole(Tensor tensor) {
    return new TensorPart(tensor.name(), tensor, Optional.empty(), Share.OWN);
  }

  private static void check(Tensor tensor, Cut cut) {
    List<Long> shape = tensor.shape();
    long end = cut.pieces().get(cut.pieces().size() - 1).to();
    if (cut.axis() >= shape.size() || end > shape.get(cut.axis())) {
      throw new BadInputException(
          "tensor %s of shape %s cannot be cut along axis %d at %d"
              .formatted(Json.show(tensor.name()), shape, cut.axis(), end));
    }
    long inner = inner(tensor, cut);
    int block = tensor.dtype().blockElements();
    for (Cut.Piece piece : cut.pieces()) {
      if (Math.multiplyExact(piece.from(), inner) % block != 0
          || Math.multiplyExact(piece.to(), inner) % block != 0) {
        throw new BadInputException(
            ("tensor %s cannot be cut along axis %d from %d to %d: %s comes in blocks of %d elements;"
                    + " use a smaller tp_degree, pipeline_parallel, or weights that are not quantised")
                .formatted(
                    Json.show(tensor.name()),
                    cut.axis(),
                    piece.from(),
                    piece.to(),
                    tensor.dtype().name(),
                    block));
      }
    }
  }

  /** How many elements an index of the cut's axis has. */
  private static long inner(Tensor tensor, Cut cut) {
    List<Long> shape = tensor.shape();
    return product(shape.subList(cut.axis() + 1, shape.size()));
  }

  private static long product(List<Long> dimensions) {
    return dimensions.stream().reduce(1L, Math::multiplyExact);
  }

  /** {@return its dimensions} */
  public List<Long> shape() {
    if (cut.isEmpty()) {
      return tensor.shape();
    }
    List<Long> shape = new ArrayList<>(tensor.shape());
    shape.set(cut.get().axis(), cut.get().length());
    return List.copyOf(shape);
  }

  /** {@return how many numbers it holds} */
  public long elements() {
    return product(shape());
  }

  /** {@return how many bytes it has} */
  public long bytes() {
    return cut.isEmpty() ? tensor.bytes() : tensor.dtype().bytes(elements());
  }

  /** Where its bytes are in the file. */
  Stride stride() {
    if (cut.isEmpty()) {
      return Stride.contiguous(tensor.offset(), tensor.bytes());
    }
    Cut taken = cut.get();
    ElementType dtype = tensor.dtype();
    long inner = inner(tensor, taken);
    long rows = product(tensor.shape().subList(0, taken.axis()));
    List<Stride.Span> spans = new ArrayList<>();
    for (Cut.Piece piece : taken.pieces()) {
      spans.add(
          new Stride.Span(dtype.bytes(piece.from() * inner), dtype.bytes(piece.length() * inner)));
    }
    return new Stride(tensor.offset(), rows, rows == 0 ? 0 : tensor.bytes() / rows, spans);
  }
}
