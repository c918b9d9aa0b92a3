package io.modelsplitter.registry.embedded;

import io.modelsplitter.error.ConflictException;
import io.modelsplitter.query.Update;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.BlockRegistry;
import io.modelsplitter.registry.Stored;
import java.util.Map;

/** Blocks in the table {@code block}. */
final class JdbcBlockRegistry extends JdbcRecords<Block> implements BlockRegistry {

  JdbcBlockRegistry(Database database) {
    super(database, DocumentTable.BLOCK, "block", BlockRow::row);
  }

  @Override
  Map<String, Object> toMap(Block block) {
    return block.toMap();
  }

  @Override
  Block updated(Block block, Update update) {
    return block.updated(update);
  }

  @Override
  Map<String, Object> values(Stored<Block> stored) {
    return BlockRow.values(stored);
  }

  @Override
  String updateSql() {
    return BlockRow.UPDATE;
  }

  @Override
  public Stored<Block> create(Block block) {
    Stored<Block> stored = new Stored<>(block, 1, now());
    String id = block.id();
    insertUnlessThere(id, () -> table.insert(stored, BlockRow.INSERT, values(stored)))
        .ifPresent(
            there -> {
              throw new ConflictException(
                  "there is a block " + id + " already", id, there.value().toMap());
            });
    return stored;
  }
}
