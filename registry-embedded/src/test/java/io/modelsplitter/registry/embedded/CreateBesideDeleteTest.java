package io.modelsplitter.registry.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariDataSource;
import io.modelsplitter.error.ConflictException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.ModelLayer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever creates a record is never told that there is none, though another one deletes it. */
class CreateBesideDeleteTest {
  private static final int ROUNDS = 500;

  private static HikariDataSource pool(Dialect dialect) {
    return dialect == Dialect.H2 ? H2Memory.newPool() : RealPostgres.newPool();
  }

  /** Each of two creates and deletes it again and again. */
  private static void createAndDelete(Runnable create, Runnable delete) throws Exception {
    Callable<Integer> work =
        () -> {
          int done = 0;
          for (; done < ROUNDS; done++) {
            create.run();
            try {
              delete.run();
            } catch (NotFoundException e) {
              // the other one was faster
            }
          }
          return done;
        };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Future<Integer> each : threads.invokeAll(List.of(work, work))) {
        assertEquals(ROUNDS, each.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource
  void layer_thatIsDeletedMeanwhile_isCreated(Dialect dialect) throws Exception {
    ModelLayer layer = new ModelLayer("h", "a", "c", "u", List.of(), 0, 1);
    try (HikariDataSource pool = pool(dialect)) {
      var layers = EmbeddedRegistry.open(pool).modelLayers();
      createAndDelete(
          () -> assertEquals(layer, layers.create(layer).stored().value()),
          () -> layers.delete("h"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void block_thatIsDeletedMeanwhile_isCreatedOrThere(Dialect dialect) throws Exception {
    Block block = new Block(Map.of("id", "b"));
    try (HikariDataSource pool = pool(dialect)) {
      var blocks = EmbeddedRegistry.open(pool).blocks();
      createAndDelete(
          () -> {
            try {
              assertEquals(block, blocks.create(block).value());
            } catch (ConflictException e) {
              assertEquals(block.toMap(), e.stored());
            }
          },
          () -> blocks.delete("b"));
    }
  }
}
