package io.modelsplitter.query;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The tables of {@code QUERIES.md}. */
public final class QueryPage {
  private static final Path PAGE = Path.of("..", "sdk-core", "QUERIES.md");

  private QueryPage() {}

  /**
   * The rows of the table below a heading, cell by cell, without the quotes of code.
   *
   * @param heading with its number signs
   */
  public static List<List<String>> table(String heading) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    boolean isBelow = false;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("#")) {
        isBelow = line.equals(heading);
      } else if (isBelow && line.startsWith("| ")) {
        String[] cells = line.substring(2, line.length() - 2).split(" \\| ");
        rows.add(Arrays.stream(cells).map(QueryPage::unquoted).toList());
      }
    }
    return rows.subList(1, rows.size()); // the first one has the titles
  }

  private static String unquoted(String cell) {
    return cell.matches("`[^`]*`") ? cell.substring(1, cell.length() - 1) : cell;
  }
}
