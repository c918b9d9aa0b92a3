package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.BadInputException;

/** What H2 and PostgreSQL truly do differently. */
enum Dialect {
  /** H2, in the process or on a server. */
  H2("h2", "") {
    /** H2 orders text by UTF-16 units, PostgreSQL and MongoDB by UTF-8 bytes. */
    @Override
    String ordered(String text) {
      return "STRINGTOUTF8(" + text + ")";
    }
  },

  /** PostgreSQL, and what speaks like it. */
  POSTGRESQL("postgresql", "COLLATE \"C\"") {
    @Override
    String ordered(String text) {
      return text;
    }
  };

  /** The folder of the DDL that only this one takes. */
  final String folder;

  /** What a text column needs so that it is compared by its bytes. */
  final String binary;

  Dialect(String folder, String binary) {
    this.folder = folder;
    this.binary = binary;
  }

  /** The expression that orders a text column or parameter by its UTF-8 bytes. */
  abstract String ordered(String text);

  static Dialect of(String productName) {
    return switch (productName) {
      case "H2" -> H2;
      case "PostgreSQL" -> POSTGRESQL;
      default ->
          throw new BadInputException("the database must be H2 or PostgreSQL, not " + productName);
    };
  }
}
