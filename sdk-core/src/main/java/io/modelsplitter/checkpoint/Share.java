package io.modelsplitter.checkpoint;

import java.util.Locale;

/** Why a rank holds a part of a tensor. Of every element of a checkpoint exactly one is the own. */
public enum Share {
  /** The part stands for itself. */
  OWN,

  /** A copy: another name for the same tensor, such as a head that is tied to the embedding. */
  TIED,

  /** A copy: every rank of a tensor-parallel stage needs the whole tensor, such as a norm. */
  REPLICATED,

  /** A copy: there are fewer key and value heads than tensor-parallel ranks, which share them. */
  SHARED_HEADS,

  /** A copy: every stage needs the tensor. */
  EVERY_STAGE;

  /** Its name in plan files. */
  String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
