package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What H2 and PostgreSQL truly do differently. */
enum Dialect {
  /** H2, in the process or on a server. */
  H2("h2", "", "IF NOT EXISTS", "VARBINARY(1000)", "VARBINARY", 4_000) {
    @Override
    String hasOneOf(String column, int bits) {
      return "BITAND(" + column + ", " + bits + ") <> 0";
    }

    @Override
    String sizeOf(DocumentTable table) {
      return "";
    }

    @Override
    Sql withNumbers(DocumentTable table, Sql numbers) {
      return placed(table, numbers);
    }

    @Override
    boolean copies(Connection connection, String table, List<OwnedEntry> rows) {
      return false;
    }
  },

  /** PostgreSQL, and what speaks like it. */
  POSTGRESQL("postgresql", "COLLATE \"C\"", "", "BYTEA", "bytea", 0) {
    @Override
    String hasOneOf(String column, int bits) {
      return "(" + column + " & " + bits + ") <> 0";
    }

    @Override
    String sizeOf(DocumentTable table) {
      return table.size();
    }

    /**
     * Quicker than a join, which begins a search of the index for each number; from PostgreSQL 17
     * on one search finds those that lie together.
     */
    @Override
    Sql withNumbers(DocumentTable table, Sql numbers) {
      return new Sql()
          .add("FROM " + table.name() + " r WHERE r." + table.number() + " = ANY(ARRAY(")
          .add(numbers)
          .add("))");
    }

    @Override
    boolean copies(Connection connection, String table, List<OwnedEntry> rows) throws SQLException {
      try {
        boolean can = PostgresCopy.canWrite(connection);
        if (can) {
          PostgresCopy.write(connection, table, rows);
        }
        return can;
      } catch (NoClassDefFoundError e) { // another driver than PostgreSQL's own
        return false;
      }
    }
  };

  /** The folder of the DDL that only this one takes. */
  final String folder;

  /** What a text column needs so that it is compared by its bytes. */
  final String binary;

  /** What DDL needs that is done again where a migration cannot be taken back. */
  final String ifAbsent;

  /** The type of bytes, compared as unsigned numbers. */
  final String bytes;

  /** What the driver calls that type as the elements of an array. */
  final String bytesElement;

  /**
   * How many documents may wait to be indexed. Each commit of H2 writes anew every page that it
   * touched, and a document touches as many as it has values, so documents are indexed many at a
   * time: before the next query, or when so many wait. Among 200,000 layers a create took 443
   * microseconds with 1,000 and 333 with 4,000, for which a query waits less than a second.
   */
  final int mayWait;

  Dialect(
      String folder,
      String binary,
      String ifAbsent,
      String bytes,
      String bytesElement,
      int mayWait) {
    this.folder = folder;
    this.binary = binary;
    this.ifAbsent = ifAbsent;
    this.bytes = bytes;
    this.bytesElement = bytesElement;
    this.mayWait = mayWait;
  }

  /** The condition that a column has one of the bits. */
  abstract String hasOneOf(String column, int bits);

  /**
   * How large a row of the table is, where the driver would hold every row of an answer; empty
   * where what is large is read only when it is asked for.
   */
  abstract String sizeOf(DocumentTable table);

  /**
   * From where to read the rows with some numbers, as {@code r}.
   *
   * @param numbers a {@code SELECT} of {@code document}, none of them twice
   */
  abstract Sql withNumbers(DocumentTable table, Sql numbers);

  /** From where to read rows, as {@code r}, beside what led to them, as {@code placed}. */
  static Sql placed(DocumentTable table, Sql numbers) {
    return new Sql()
        .add("FROM (")
        .add(numbers)
        .add(") placed JOIN " + table.name() + " r")
        .add(" ON r." + table.number() + " = placed.document");
  }

  /**
   * Writes many entries at once where the database has a way of its own.
   *
   * @return whether it has
   */
  abstract boolean copies(Connection connection, String table, List<OwnedEntry> rows)
      throws SQLException;

  static Dialect of(String productName) {
    return switch (productName) {
      case "H2" -> H2;
      case "PostgreSQL" -> POSTGRESQL;
      default ->
          throw new BadInputException("the database must be H2 or PostgreSQL, not " + productName);
    };
  }
}
