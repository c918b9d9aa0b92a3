package io.modelsplitter.registry.embedded;

import io.modelsplitter.registry.Deadline;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes entries by PostgreSQL's {@code COPY}, which takes many rows faster than any {@code INSERT}
 * does. The only class that knows PostgreSQL's driver, which need not be there.
 *
 * <p>The binary format is that of PostgreSQL's documentation of {@code COPY}: a signature, flags
 * and the length of a header extension, then of each row the number of columns and of each column
 * its length and bytes, then -1.
 */
final class PostgresCopy {
  private static final byte[] SIGNATURE =
      "PGCOPY\n\u00ff\r\n\u0000".getBytes(StandardCharsets.ISO_8859_1);

  private static final int BUFFER = 1 << 16;

  /** What a row takes beside its key. */
  private static final int ROW_BYTES = 32;

  private PostgresCopy() {}

  /** Whether the connection is one of PostgreSQL's own driver. */
  static boolean canWrite(Connection connection) throws SQLException {
    return connection.isWrapperFor(PGConnection.class);
  }

  static void write(Connection connection, String table, List<OwnedEntry> rows)
      throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + table + " (seek_key, document, facts) FROM STDIN (FORMAT binary)");
    try {
      byte[] bytes = new byte[BUFFER];
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      buffer.put(SIGNATURE).putInt(0).putInt(0);
      for (OwnedEntry row : rows) {
        byte[] key = row.entry().key();
        if (buffer.remaining() < key.length + ROW_BYTES) {
          Deadline.check(); // no other limit holds for a COPY
          copy.writeToCopy(bytes, 0, buffer.position());
          buffer.clear();
        }
        buffer.putShort((short) 3);
        buffer.putInt(key.length).put(key);
        buffer.putInt(Long.BYTES).putLong(row.document());
        buffer.putInt(Short.BYTES).putShort((short) row.entry().facts());
      }
      buffer.putShort((short) -1);
      copy.writeToCopy(bytes, 0, buffer.position());
      copy.endCopy();
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }
}
