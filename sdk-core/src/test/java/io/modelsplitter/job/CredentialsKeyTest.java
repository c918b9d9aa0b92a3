package io.modelsplitter.job;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.registry.SealedCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsKeyTest {
  private static final String HEX =
      "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
  private static final String SECRET = "canary-of-a-cluster";
  private static final Map<String, Object> CONFIG =
      Map.of("server", "https://c.example.com", "users", List.of(Map.of("token", SECRET)));

  @TempDir Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("key"), text);
  }

  private static byte[] bytes(SealedCredentials sealed) {
    return Base64.getUrlDecoder().decode(sealed.text().substring(3));
  }

  private static SealedCredentials sealed(byte[] bytes) {
    return new SealedCredentials(
        "v1." + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  @Test
  void seal_thenOpen_isTheSame() {
    CredentialsKey key = CredentialsKey.random();
    assertEquals(CONFIG, key.open("r", key.seal("r", CONFIG)));
    Map<String, Object> awkward = new HashMap<>(CONFIG);
    awkward.put("none", null);
    awkward.put("text", "\u0000 \u00e9 \ud800");
    assertEquals(awkward, key.open("r", key.seal("r", awkward)));
  }

  @Test
  void seal_isAesGcmWithTheIdAsAdditionalData() throws Exception {
    byte[] sealed = bytes(CredentialsKey.fromFile(file(HEX)).seal("runner-1", Map.of("a", 1)));
    byte[] key = new byte[32];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(key, "AES"),
        new GCMParameterSpec(128, sealed, 0, 12));
    cipher.updateAAD("runner-1".getBytes(StandardCharsets.UTF_8));
    assertArrayEquals(
        "{\"a\":1}".getBytes(StandardCharsets.UTF_8),
        cipher.doFinal(sealed, 12, sealed.length - 12));
  }

  @Test
  void seal_again_hasAnotherNonceAndShowsNothing() {
    CredentialsKey key = CredentialsKey.random();
    Set<String> nonces = new HashSet<>();
    for (int i = 0; i < 1_000; i++) {
      nonces.add(key.seal("r", CONFIG).text().substring(0, 3 + 16));
    }
    assertEquals(1_000, nonces.size());
    SealedCredentials sealed = key.seal("r", CONFIG);
    assertFalse(new String(bytes(sealed), StandardCharsets.ISO_8859_1).contains(SECRET));
  }

  @Test
  void open_whatWasChanged_isRefusedWhereverItWas() {
    CredentialsKey key = CredentialsKey.random();
    byte[] sealed = bytes(key.seal("r", CONFIG));
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      refused(key, "r", sealed(changed));
    }
    for (int length : new int[] {1, 12, 27, 28, sealed.length - 1}) {
      byte[] cut = new byte[length];
      System.arraycopy(sealed, 0, cut, 0, length);
      refused(key, "r", sealed(cut));
    }
    refused(key, "r", new SealedCredentials("v1.A")); // no base64 has one character left
  }

  @Test
  void open_withAnotherKeyOrForAnotherRunner_isRefused() {
    CredentialsKey key = CredentialsKey.random();
    SealedCredentials sealed = key.seal("r", CONFIG);
    refused(CredentialsKey.random(), "r", sealed);
    refused(key, "s", sealed);
  }

  private static void refused(CredentialsKey key, String id, SealedCredentials sealed) {
    UnavailableException e = assertThrows(UnavailableException.class, () -> key.open(id, sealed));
    assertTrue(String.valueOf(e.getMessage()).contains("key"), e::getMessage);
    assertFalse(String.valueOf(e.getMessage()).contains(sealed.text()), e::getMessage);
  }

  @Test
  void toString_showsNothing() throws IOException {
    CredentialsKey key = CredentialsKey.fromFile(file(HEX));
    assertEquals("CredentialsKey[(secret)]", key.toString());
    SealedCredentials sealed = key.seal("r", CONFIG);
    assertFalse(sealed.toString().contains(sealed.text().substring(3)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HEX,
        "  " + HEX + "\n",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\r\n"
      })
  void fromFile_hexOrBase64_isTheKey(String text) throws IOException {
    SealedCredentials sealed = CredentialsKey.fromFile(file(HEX)).seal("r", CONFIG);
    assertEquals(CONFIG, CredentialsKey.fromFile(file(text)).open("r", sealed));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s3cret",
        "s3cret-that-is-no-key-but-has-just-as-many-characters-as-one-has",
        "AAECAwQFBgcICQoLDA0ODw==",
        HEX + "00",
        HEX + "\n" + HEX,
        "s3cret\u0000\u00ff"
      })
  void fromFile_somethingElse_isOneClearErrorWithoutIt(String text) throws IOException {
    Path file = file(text);
    BadInputException e =
        assertThrows(BadInputException.class, () -> CredentialsKey.fromFile(file));
    assertTrue(String.valueOf(e.getMessage()).contains(file + " must hold 32"), e::getMessage);
    assertFalse(String.valueOf(e.getMessage()).contains("s3cret"), e::getMessage);
  }

  @Test
  void fromFile_noneOrTooLarge_isRefused() throws IOException {
    BadInputException none =
        assertThrows(
            BadInputException.class, () -> CredentialsKey.fromFile(folder.resolve("none")));
    assertTrue(String.valueOf(none.getMessage()).contains("openssl rand"), none::getMessage);
    Path large = file(" ".repeat(100_000) + HEX);
    assertThrows(BadInputException.class, () -> CredentialsKey.fromFile(large));
  }

  @Test
  void inFolder_makesOneForItsOwnerAndKeepsIt() throws IOException {
    SealedCredentials sealed = CredentialsKey.inFolder(folder).seal("r", CONFIG);
    Path file = folder.resolve("credentials.key");
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertTrue(Files.readString(file).strip().matches("[0-9a-f]{64}"));
    assertEquals(CONFIG, CredentialsKey.inFolder(folder).open("r", sealed));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void inFolder_fromManyThreads_isOneKey() throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(16);
    try {
      List<CredentialsKey> keys = new ArrayList<>();
      Callable<CredentialsKey> make = () -> CredentialsKey.inFolder(folder);
      for (Future<CredentialsKey> made : executor.invokeAll(Collections.nCopies(16, make))) {
        keys.add(made.get());
      }
      SealedCredentials sealed = keys.get(0).seal("r", CONFIG);
      keys.forEach(key -> assertEquals(CONFIG, key.open("r", sealed)));
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void inFolder_ofAnother_makesAnother(@TempDir Path other) throws IOException {
    CredentialsKey.inFolder(folder).seal("r", CONFIG);
    CredentialsKey.inFolder(other).seal("r", CONFIG);
    assertNotEquals(
        Files.readString(folder.resolve("credentials.key")),
        Files.readString(other.resolve("credentials.key")));
  }

  @Test
  void inFolder_badFileOrNoFolder_isRefusedAndNothingIsOverwritten() throws IOException {
    Path file = Files.writeString(folder.resolve("credentials.key"), "");
    assertThrows(BadInputException.class, () -> CredentialsKey.inFolder(folder));
    assertEquals(0, Files.size(file));
    Path none = folder.resolve("none");
    BadInputException e =
        assertThrows(BadInputException.class, () -> CredentialsKey.inFolder(none));
    assertTrue(String.valueOf(e.getMessage()).contains("cannot make"), e::getMessage);
  }
}
