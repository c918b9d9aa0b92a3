package io.modelsplitter.job;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Kubernetes quantity of bytes: a decimal number and one of the suffixes {@code Ki Mi Gi Ti Pi Ei
 * k M G T P E}, or none.
 */
public final class StorageSize {
  private static final Pattern QUANTITY =
      Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)([KMGTPE]i|[kMGTPE])?");
  private static final List<String> BINARY = List.of("Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
  private static final List<String> DECIMAL = List.of("k", "M", "G", "T", "P", "E");

  private StorageSize() {}

  /**
   * {@return how many bytes a quantity is, rounded up}
   *
   * @param quantity as Kubernetes writes it, such as {@code 100Gi}
   * @throws BadInputException when it is none, or none that a volume can have
   */
  public static long bytes(String quantity) {
    Matcher matcher = QUANTITY.matcher(quantity);
    if (matcher.matches()) {
      BigDecimal number = new BigDecimal(matcher.group(1));
      String suffix = matcher.group(2) == null ? "" : matcher.group(2);
      BigDecimal unit =
          suffix.endsWith("i")
              ? BigDecimal.valueOf(1024).pow(BINARY.indexOf(suffix) + 1)
              : BigDecimal.valueOf(1000).pow(DECIMAL.indexOf(suffix) + 1);
      BigDecimal bytes = number.multiply(unit);
      if (bytes.signum() > 0 && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
        return bytes.setScale(0, RoundingMode.CEILING).longValue();
      }
    }
    throw new BadInputException(
        "storage_size must be a size such as 2Gi, not " + Json.show(quantity));
  }
}
