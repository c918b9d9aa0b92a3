package io.modelsplitter.examples;

import io.modelsplitter.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes {@code registry.json}: what came of a split, and the plan, which can be long. */
public final class ResultFile {

  private ResultFile() {}

  /** Writes JSON. */
  public interface Plan {
    /** Writes all of it. */
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes the result, with the plan as its field {@code plan}. */
  public static void write(Map<String, Object> result, Plan plan, OutputStream out)
      throws IOException {
    String head = Json.write(result);
    out.write(head.substring(0, head.length() - 1).getBytes(StandardCharsets.US_ASCII));
    out.write(",\"plan\":".getBytes(StandardCharsets.US_ASCII));
    plan.writeTo(out);
    out.write('}');
  }
}
