package io.modelsplitter.checkpoint;

import static io.modelsplitter.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelsplitter.checkpoint.VdagDocuments.Piece;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VdagDocumentsTest {
  private static final VdagOptions OPTIONS = VdagOptions.of("gpt2", "registry://component/x");

  private static List<Piece> pieces(int stages, int degree) {
    List<Piece> pieces = new ArrayList<>();
    for (int rank = 0; rank < stages * degree; rank++) {
      pieces.add(
          new Piece(rank, rank / degree, rank % degree, "hash" + rank, "file:///hash" + rank));
    }
    return pieces;
  }

  private static VdagDocuments documents(int stages, int degree) {
    return VdagDocuments.of(
        OPTIONS,
        pieces(stages, degree),
        hash -> hash.equals("hash1") ? Optional.of("block-7") : Optional.empty(),
        hash -> true);
  }

  private static Map<?, ?> values(Map<String, Object> document) {
    Map<?, ?> body = (Map<?, ?>) document.getOrDefault("body", Map.of());
    Map<?, ?> spec = (Map<?, ?>) Optional.ofNullable(body.get("spec")).orElseThrow();
    return (Map<?, ?>) Optional.ofNullable(spec.get("values")).orElseThrow();
  }

  @Test
  void pipeline_stagesAreConnectedInOrder() {
    VdagDocuments documents = documents(3, 1);
    assertEquals(
        "{\"connections\":["
            + "{\"nodeLabel\":\"stage-1\",\"inputs\":[{\"nodeLabel\":\"stage-0\"}]},"
            + "{\"nodeLabel\":\"stage-2\",\"inputs\":[{\"nodeLabel\":\"stage-1\"}]}],"
            + "\"inputs\":[{\"nodeLabel\":\"stage-0\"}],"
            + "\"outputs\":[{\"nodeLabel\":\"stage-2\"}]}",
        Json.write(values(documents.vdag()).get("graph")));
    assertEquals(
        Map.of("templateUri", "Parser/V1", "parameters", Map.of()), documents.vdag().get("header"));
    assertTrue(
        Json.write(documents.vdag())
            .contains(
                "{\"vdagName\":\"gpt2\","
                    + "\"vdagVersion\":{\"version\":\"0.0.1\",\"release-tag\":\"stable\"},"));
  }

  @Test
  void tensorParallel_everyRankHearsAllOfTheStageBefore() {
    String graph = Json.write(values(documents(2, 2).vdag()).get("graph"));
    assertTrue(
        graph.contains(
            "{\"nodeLabel\":\"stage-1-tp-1\",\"inputs\":"
                + "[{\"nodeLabel\":\"stage-0-tp-0\"},{\"nodeLabel\":\"stage-0-tp-1\"}]}"),
        graph);
    assertTrue(Json.write(documents(2, 2).vdag()).contains("add up their partial results"));
  }

  @Test
  void runningBlock_isNamed_andTheOthersGetADocument() {
    VdagDocuments documents = documents(3, 1);
    List<?> nodes = (List<?>) Optional.ofNullable(values(documents.vdag()).get("nodes")).get();
    assertEquals("block-7", ((Map<?, ?>) nodes.get(1)).get("manualBlockId"));
    assertEquals(null, ((Map<?, ?>) nodes.get(0)).get("manualBlockId"));
    assertEquals(2, documents.blocks().size());
    Map<?, ?> block = values(documents.blocks().get(1));
    assertEquals("registry://component/x", block.get("blockComponentURI"));
    assertEquals(
        Map.of("layerHash", "hash2", "layerUrl", "file:///hash2", "rank", 2, "worldSize", 3),
        block.get("blockInitData"));
    assertEquals(1, block.get("minInstances"));
  }

  @Test
  void layerThatIsNotRegistered_isRefused() {
    refused(
        BadInputException.class,
        () ->
            VdagDocuments.of(
                OPTIONS, pieces(2, 1), hash -> Optional.empty(), Set.of("hash0")::contains),
        "hash1 of rank 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"nodeLabel\":\"stage-1\",\"nodeType\" | \"nodeLabel\":\"stage-0\",\"nodeType\" | two nodes",
        "\"inputs\":[{\"nodeLabel\":\"stage-1\"}]} | \"inputs\":[{\"nodeLabel\":\"x\"}]} | no node",
        "\"inputs\":[{\"nodeLabel\":\"stage-0\"}]} | \"inputs\":[{\"nodeLabel\":\"stage-2\"}]} | cycle",
        "\"outputs\":[{\"nodeLabel\":\"stage-2\"}] | \"outputs\":[{\"nodeLabel\":\"stage-1\"}] | outputs",
        "],\"inputs\":[{\"nodeLabel\":\"stage-0\"}] | ],\"inputs\":[] | inputs",
        "\"nodes\": | \"nots\": | \"nodes\" must be a list",
      })
  void graphThatIsWrong_isRefused(String from, String to, String part) {
    String text = Json.write(documents(3, 1).vdag());
    assertTrue(text.contains(from), text);
    Map<String, Object> changed = Json.parseObject("vdag", text.replace(from, to));
    refused(BadInputException.class, () -> new VdagDocuments(changed, List.of()), part);
  }

  @Test
  void options_areChecked() {
    assertThrows(BadInputException.class, () -> VdagOptions.of("", "x"));
    assertThrows(
        BadInputException.class,
        () -> new VdagOptions("a", "1", "x", "delete", List.of(), "c", 1, 1));
    assertThrows(
        BadInputException.class,
        () -> new VdagOptions("a", "1", "x", "create", List.of(), "c", 2, 1));
  }
}
