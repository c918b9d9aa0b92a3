package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what is missing and wrong in a split job, so that one message names everything. */
final class SplitJobFields {
  private static final Set<String> NAMES = Set.of("task_data", "container_image", "storage_size");
  private static final int MAX_IMAGE = 1_024;

  /** A reference to an image, as registries take them; what it may not hold is a blank. */
  private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/:@-]*");

  private final List<String> missing = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();

  /** Checks a job as it comes over the wire. */
  static void check(Map<String, ?> fields) {
    SplitJobFields checked = new SplitJobFields();
    for (String name : fields.keySet()) {
      if (!NAMES.contains(name)) {
        checked.wrong.add(Json.show(name) + " is not a field of a split job");
      }
    }
    Object data = fields.get("task_data");
    if (data instanceof Map<?, ?> map) {
      checked.data(map);
    } else {
      checked.missingOrWrong("task_data", data, "an object");
    }
    Object image = fields.get("container_image");
    if (image instanceof String name && !name.isEmpty()) {
      checked.image(name);
    } else {
      checked.missingOrWrong("container_image", image, "the name of an image");
    }
    Object size = fields.get("storage_size");
    if (size instanceof String quantity) {
      checked.size(quantity);
    } else if (size != null) {
      checked.missingOrWrong("storage_size", size, "a size such as 2Gi");
    }
    checked.throwIfAny();
  }

  private void data(Map<?, ?> data) {
    text(data, "model_name");
    text(data, "model_download_url");
    Object worldSize = data.get("world_size");
    if (!(worldSize instanceof Integer size) || size < 1 || size > SplitJob.MAX_WORLD_SIZE) {
      missingOrWrong(
          "task_data.world_size", worldSize, "a whole number from 1 to " + SplitJob.MAX_WORLD_SIZE);
    }
    Object config = data.get("model_split_config");
    if (!(config instanceof Map)) {
      missingOrWrong("task_data.model_split_config", config, "an object");
    }
  }

  private void text(Map<?, ?> data, String name) {
    Object value = data.get(name);
    if (!(value instanceof String text) || text.isBlank()) {
      missingOrWrong("task_data." + name, value, "a string");
    }
  }

  private void image(String name) {
    if (name.length() > MAX_IMAGE || !IMAGE.matcher(name).matches()) {
      missingOrWrong("container_image", name, "the name of an image");
    }
  }

  private void size(String quantity) {
    try {
      long unused = StorageSize.bytes(quantity);
    } catch (BadInputException e) {
      wrong.add(String.valueOf(e.getMessage()));
    }
  }

  private void missingOrWrong(String name, @Nullable Object value, String wanted) {
    if (value == null || "".equals(value)) {
      missing.add(name);
    } else {
      wrong.add(name + " must be " + wanted + ", not " + Json.show(value));
    }
  }

  private void throwIfAny() {
    if (!missing.isEmpty()) {
      wrong.add(0, "Missing required fields: " + String.join(", ", missing));
    }
    if (!wrong.isEmpty()) {
      throw new BadInputException(String.join("; ", wrong));
    }
  }
}
