package io.modelsplitter.registry;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import io.modelsplitter.query.Update;
import java.util.Map;

/**
 * A running piece of a model, as the block metadata registry knows it: a free-form document with an
 * {@code id}. The field's blocks have {@code componentUri}, {@code component}, {@code blockUri},
 * {@code blockMetadata}, {@code policies}, {@code cluster}, {@code blockInitData} (whose {@code
 * layerHash} is the layer that the block runs), {@code initSettings}, {@code parameters}, {@code
 * minInstances}, {@code maxInstances}, {@code inputProtocol}, {@code outputProtocol} and {@code
 * tags}; any other field is kept too.
 *
 * @param fields every field, in order. {@code id} is the primary key: 1 to 128 characters of {@code
 *     [A-Za-z0-9._:-]}. The name of a field is not empty, has no {@code .} and does not begin with
 *     {@code $}; below the fields any name may stand, but no path reaches such a one
 */
public record Block(Map<String, Object> fields) {

  /**
   * Copies the fields and checks the id and the names.
   *
   * @param fields see {@link #fields}
   * @throws BadInputException names everything that is wrong
   */
  public Block {
    fields = Json.copyOf("block", fields);
    FieldErrors errors = new FieldErrors("block");
    if (fields.get("id") instanceof String id) {
      errors.id("id", id);
    } else {
      errors.missingOrWrong("id", fields.get("id"), "a non-empty string");
    }
    for (String name : fields.keySet()) {
      if (name.isEmpty() || name.startsWith("$") || name.contains(".")) {
        errors.add(
            "a field cannot be named "
                + Json.show(name)
                + "; the name must not be empty, hold \".\" or begin with \"$\"");
      }
    }
    errors.throwIfAny();
  }

  /** {@return the primary key} */
  public String id() {
    return String.valueOf(fields.get("id"));
  }

  /**
   * Reads a block as it comes over the wire.
   *
   * @param fields the object as JSON gives it
   * @return the block
   */
  public static Block fromMap(Map<String, ?> fields) {
    return new Block(Json.copyOf("block", fields));
  }

  /** {@return the block as it goes over the wire} */
  public Map<String, Object> toMap() {
    return fields;
  }

  /**
   * {@return the block after an update}
   *
   * @param update what to change
   * @throws BadInputException when the update changes the id, or the result is not a valid block
   */
  public Block updated(Update update) {
    if (update.fields().contains("id")) {
      throw new BadInputException("bad block: id is the key and cannot change");
    }
    return new Block(update.apply(fields));
  }
}
