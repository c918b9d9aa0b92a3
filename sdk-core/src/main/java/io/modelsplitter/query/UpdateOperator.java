package io.modelsplitter.query;

/** The operators of an {@link Update}. */
enum UpdateOperator {
  SET("$set"),
  UNSET("$unset"),
  INC("$inc"),
  MUL("$mul"),
  MIN("$min"),
  MAX("$max"),
  RENAME("$rename"),
  PUSH("$push"),
  ADD_TO_SET("$addToSet"),
  PULL("$pull"),
  PULL_ALL("$pullAll"),
  POP("$pop"),
  CURRENT_DATE("$currentDate"),
  /** Only an upsert would heed it, and there is none. */
  SET_ON_INSERT("$setOnInsert");

  final String sign;

  UpdateOperator(String sign) {
    this.sign = sign;
  }

  /** Whether it leaves a document alone that has nothing at the path. */
  boolean needsValue() {
    return this == UNSET || this == PULL || this == PULL_ALL || this == POP || this == RENAME;
  }

  /** Whether it leaves a document alone in which the path leads through a value without fields. */
  boolean leavesUnreachable() {
    return this == UNSET || this == PULL || this == PULL_ALL || this == MIN || this == MAX;
  }
}
