package io.modelsplitter.registry.embedded;

import java.util.List;

/**
 * A {@link Plan} as SQL over the table of entries. Each part is a {@code SELECT} of its own that
 * seeks in the one index, and they meet in {@code UNION} and {@code INTERSECT}, so that no planner
 * has to guess how many rows a path or a value has.
 */
final class PlanSql {
  private final DocumentTable table;
  private final Dialect dialect;

  PlanSql(DocumentTable table, Dialect dialect) {
    this.table = table;
    this.dialect = dialect;
  }

  /** Whether the next few documents cost as little as they are, however many there are in all. */
  static boolean isOrdered(Plan plan) {
    return plan instanceof Plan.Everything
        || plan instanceof Plan.Nothing
        || (plan instanceof Plan.Seek seek && isOnePoint(seek));
  }

  private static boolean isOnePoint(Plan.Seek seek) {
    return seek.ranges().size() == 1 && seek.isPoints();
  }

  /** The numbers of the next documents in their order, as {@code document}. */
  void page(Plan plan, long after, int count, Sql sql) {
    if (plan instanceof Plan.Everything) {
      sql.add("SELECT ").add(table.number()).add(" AS document FROM ").add(table.name());
      sql.add(" WHERE ").add(table.number()).add(" > ").bind(after);
      sql.add(" ORDER BY ").add(table.number());
    } else if (plan instanceof Plan.Seek seek && isOnePoint(seek)) {
      seek(seek, after, sql);
      sql.add(" ORDER BY seek_key, document"); // the order of the index, as H2 sees it
    } else {
      sql.add("SELECT DISTINCT document FROM (");
      documents(plan, after, sql);
      sql.add(") found ORDER BY document");
    }
    sql.add(" LIMIT " + count);
  }

  /** How many documents the plan finds, counted no further than the bound; some may count twice. */
  void count(Plan plan, int bound, Sql sql) {
    sql.add("(SELECT COUNT(*) FROM (");
    documents(plan, 0, sql);
    sql.add(" LIMIT " + bound).add(") counted)");
  }

  /** The documents that a plan finds, in no order, at times twice. */
  private void documents(Plan plan, long after, Sql sql) {
    if (plan instanceof Plan.Seek seek) {
      seek(seek, after, sql);
    } else if (plan instanceof Plan.AnyOf any) {
      joined(any.plans(), " UNION ALL ", after, sql);
    } else if (plan instanceof Plan.AllOf all) {
      joined(all.plans(), " INTERSECT ", after, sql);
    } else if (plan instanceof Plan.Everything) {
      sql.add("SELECT ").add(table.number()).add(" AS document FROM ").add(table.name());
      sql.add(" WHERE ").add(table.number()).add(" > ").bind(after);
    } else if (plan instanceof Plan.OfShapes of) {
      sql.add("SELECT ").add(table.number()).add(" AS document FROM ").add(table.name());
      sql.add(" WHERE shape = ANY(").bind(of.shapes().toArray(new Long[0])).add(")");
      sql.add(" AND ").add(table.number()).add(" > ").bind(after);
    } else {
      sql.add("SELECT document FROM ").add(table.entries()).add(" WHERE 1 = 0");
    }
  }

  private void joined(List<Plan> plans, String operator, long after, Sql sql) {
    String between = "";
    for (Plan plan : plans) {
      sql.add(between).add("(");
      documents(plan, after, sql);
      sql.add(")");
      between = operator;
    }
  }

  private void seek(Plan.Seek seek, long after, Sql sql) {
    List<KeyRange> ranges = seek.ranges();
    if (seek.isPoints()) {
      start(sql);
      if (ranges.size() == 1) {
        sql.add("seek_key = ").bind(ranges.get(0).from());
      } else {
        byte[][] keys = ranges.stream().map(KeyRange::from).toArray(byte[][]::new);
        sql.add("seek_key = ANY(").bind(keys).add(")");
      }
      end(seek, after, sql);
      return;
    }
    String between = "";
    for (KeyRange range : ranges) {
      sql.add(between);
      start(sql);
      sql.add("seek_key >= ").bind(range.from()).add(" AND seek_key < ").bind(range.to());
      end(seek, after, sql);
      between = " UNION ALL ";
    }
  }

  private void start(Sql sql) {
    sql.add("SELECT document FROM ").add(table.entries()).add(" WHERE ");
  }

  private void end(Plan.Seek seek, long after, Sql sql) {
    if (seek.facts() != 0) {
      sql.add(" AND ").add(dialect.hasOneOf("facts", seek.facts()));
    }
    if (after > 0) {
      sql.add(" AND document > ").bind(after);
    }
  }
}
