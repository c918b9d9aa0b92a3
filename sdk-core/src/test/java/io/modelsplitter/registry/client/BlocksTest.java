package io.modelsplitter.registry.client;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.NotFoundException;
import io.modelsplitter.error.UnavailableException;
import io.modelsplitter.query.Filter;
import io.modelsplitter.registry.Block;
import io.modelsplitter.registry.Query;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client against services that are not ours. */
class BlocksTest {
  @RegisterExtension
  static final WireMockExtension server =
      WireMockExtension.newInstance()
          .options(WireMockConfiguration.wireMockConfig().dynamicPort())
          .build();

  /** What a service answers that does not understand the question: every block it has. */
  private static final String EVERY_BLOCK =
      """
      [{"id": "b1", "componentUri": "c", "blockInitData": {"layerHash": "h"}, "_id": "65f0"},
       {"id": "b2", "componentUri": "c", "blockInitData": {"layerHash": "other"}},
       {"id": "b3", "componentUri": "x", "blockInitData": {"layerHash": "h"}},
       {"id": "b4", "componentUri": "c", "layerHash": "h"},
       {"no id": "at all"}]
      """;

  private static Blocks blocks() {
    return Blocks.at(server.baseUrl() + "/");
  }

  private static List<String> ids(List<Block> blocks) {
    return blocks.stream().map(Block::id).toList();
  }

  @Test
  void query_asksInTheWrappingAndBelievesOnlyWhatMatches() {
    server.stubFor(post("/blocks/query").willReturn(okJson(EVERY_BLOCK)));
    assertEquals(List.of("b1"), ids(blocks().query("c", "h")));
    server.verify(
        postRequestedFor(urlEqualTo("/blocks/query"))
            .withRequestBody(
                equalToJson(
                    "{\"query\":{\"componentUri\":\"c\",\"blockInitData.layerHash\":\"h\"}}")));
    assertEquals(List.of("b3"), ids(blocks().query(Filter.eq("componentUri", "x"))));
  }

  @Test
  void query_withOrderAndLimit_sendsThemAsTheSpecificationHasThem() {
    server.stubFor(post(anyUrl()).willReturn(okJson("[]")));
    Query query =
        Query.of(Filter.eq("a", 1))
            .sort(new Query.Sort("b", true), new Query.Sort("c", false))
            .limit(5);
    blocks().query(query, block -> {});
    server.verify(
        postRequestedFor(urlEqualTo("/blocks/query?limit=5"))
            .withRequestBody(
                equalToJson(
                    "{\"query\":{\"a\":{\"$eq\":1}},"
                        + "\"options\":{\"sort\":{\"b\":-1,\"c\":1},\"limit\":5}}")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "{\"success\":true,\"data\":[]}", "<html>", "[1]", "[{\"id\":"})
  void query_anotherAnswer_isNotTakenForNoBlocks(String body) {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(200).withBody(body)));
    RuntimeException e = assertThrows(RuntimeException.class, () -> blocks().query("c", "h"));
    assertTrue(e instanceof BadInputException || e instanceof UnavailableException, e::toString);
  }

  @Test
  void failure_isAMessage() {
    server.stubFor(
        any(anyUrl()).willReturn(aResponse().withStatus(404).withBody("{\"message\":\"none\"}")));
    NotFoundException e = assertThrows(NotFoundException.class, () -> blocks().get("b"));
    assertEquals("none", e.getMessage());
    server.stubFor(
        any(anyUrl()).willReturn(aResponse().withStatus(500).withBody("{\"message\":\"broke\"}")));
    assertThrows(UnavailableException.class, () -> blocks().query("c", "h"));
  }

  @Test
  void create_brokenConnection_isNotTriedAgain() {
    server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
    Block block = Block.fromMap(Map.of("id", "b"));
    assertThrows(UnavailableException.class, () -> blocks().create(block));
    server.verify(1, postRequestedFor(urlEqualTo("/blocks")));
  }

  @Test
  void from_takesTheFirstOfBothVariables() {
    server.stubFor(post("/blocks/query").willReturn(okJson("[]")));
    String url = server.baseUrl();
    String away = "http://something.invalid";
    assertEquals(List.of(), Blocks.from(Map.of("BLOCKS_DB_URL", url)).query("c", "h"));
    Map<String, String> both = Map.of("BLOCK_DB_URL", url, "BLOCKS_DB_URL", away);
    assertEquals(List.of(), Blocks.from(both).query("c", "h"));
    BadInputException e = assertThrows(BadInputException.class, () -> Blocks.from(Map.of()));
    assertEquals("set BLOCK_DB_URL or BLOCKS_DB_URL to the URL", e.getMessage());
  }
}
