package io.modelsplitter.registry.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class H2UrlsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:file:./data/model-splitter",
        "jdbc:h2:./data/x",
        "jdbc:h2:file:./data/x;IFEXISTS=TRUE;INIT=RUNSCRIPT FROM './other/y'",
        "jdbc:h2:file:./other/../data/x"
      })
  void folder_ofAFile_isWhereItLies(String url) {
    assertEquals(Optional.of(Path.of("data").toAbsolutePath()), H2Urls.folder(url));
  }

  @Test
  void folder_ofAFileElsewhere_isThere() {
    Path home = Path.of(System.getProperty("user.home"));
    assertEquals(Optional.of(home.resolve("a b")), H2Urls.folder("jdbc:h2:~/a b/x"));
    assertEquals(Optional.of(home), H2Urls.folder("jdbc:h2:file:~/x"));
    assertEquals(Optional.of(Path.of("/srv/db")), H2Urls.folder("jdbc:h2:file:/srv/db/x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:mem:x",
        "jdbc:h2:tcp://localhost/~/x",
        "jdbc:h2:ssl://localhost/./data/x",
        "jdbc:h2:zip:./a.zip!/x",
        "jdbc:postgresql://localhost/x",
        "jdbc:postgresql:x"
      })
  void folder_ofAnyOther_isNone(String url) {
    assertEquals(Optional.empty(), H2Urls.folder(url));
  }

  @Test
  void isInMemory_tellsWhatIsGoneAtTheEnd() {
    assertTrue(H2Urls.isInMemory("jdbc:h2:mem:x"));
    assertFalse(H2Urls.isInMemory("jdbc:h2:file:./mem/x"));
  }
}
