package io.modelsplitter.query;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The types that {@code $type} knows, by the numbers and names of <a
 * href="https://bsonspec.org/spec.html">BSON</a>. JSON holds only some of them; no value has one of
 * the others.
 */
public enum BsonType {
  /** A number with a fraction or an exponent. */
  DOUBLE(1, "double"),
  /** Text. */
  STRING(2, "string"),
  /** An object. */
  OBJECT(3, "object"),
  /** A list. */
  ARRAY(4, "array"),
  /** Not in JSON. */
  BINARY(5, "binData"),
  /** Not in JSON. */
  UNDEFINED(6, "undefined"),
  /** Not in JSON. */
  OBJECT_ID(7, "objectId"),
  /** True or false. */
  BOOLEAN(8, "bool"),
  /** Not in JSON. */
  DATE(9, "date"),
  /** Null. */
  NULL(10, "null"),
  /** Not in JSON. */
  REGEX(11, "regex"),
  /** Not in JSON. */
  DB_POINTER(12, "dbPointer"),
  /** Not in JSON. */
  JAVASCRIPT(13, "javascript"),
  /** Not in JSON. */
  SYMBOL(14, "symbol"),
  /** Not in JSON. */
  JAVASCRIPT_WITH_SCOPE(15, "javascriptWithScope"),
  /** An integer of 32 bits. */
  INT(16, "int"),
  /** Not in JSON. */
  TIMESTAMP(17, "timestamp"),
  /** An integer of more than 32 bits. */
  LONG(18, "long"),
  /** Not in JSON. */
  DECIMAL(19, "decimal"),
  /** Not in JSON. */
  MIN_KEY(-1, "minKey"),
  /** Not in JSON. */
  MAX_KEY(127, "maxKey");

  private static final Set<BsonType> NUMBERS = EnumSet.of(DOUBLE, INT, LONG, DECIMAL);

  private final int number;
  private final String alias;

  BsonType(int number, String alias) {
    this.number = number;
    this.alias = alias;
  }

  /** {@return the name that {@code $type} takes} */
  public String alias() {
    return alias;
  }

  /** The type of a plain value. */
  static BsonType of(@Nullable Object value) {
    if (value == null) {
      return NULL;
    }
    if (value instanceof String) {
      return STRING;
    }
    if (value instanceof Boolean) {
      return BOOLEAN;
    }
    if (value instanceof Integer) {
      return INT;
    }
    if (value instanceof Long) {
      return LONG;
    }
    if (value instanceof Number) {
      return DOUBLE;
    }
    return value instanceof List<?> ? ARRAY : OBJECT;
  }

  /** The types that one operand of {@code $type} names: a number, a name, or "number". */
  static Set<BsonType> named(String path, @Nullable Object operand) {
    if ("number".equals(operand)) {
      return NUMBERS;
    }
    for (BsonType type : values()) {
      boolean byNumber = operand instanceof Number given && Values.compare(given, type.number) == 0;
      if (byNumber || type.alias.equals(operand)) {
        return EnumSet.of(type);
      }
    }
    boolean typeless = operand == null || operand instanceof Map<?, ?>;
    throw new BadInputException(
        "$type at "
            + Json.show(path)
            + (typeless ? " needs a number or a name, not " : " has the unknown type ")
            + Json.show(operand));
  }
}
