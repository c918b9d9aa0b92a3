package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The documents that hand a split to the network, each ready to be posted: a vDAG with a node for
 * each rank, whose inputs are all ranks of the stage before; and a block for each rank that none
 * runs yet. They are checked when they are made.
 *
 * @param vdag for {@code /api/createvDAG}
 * @param blocks one for each block that is to be created
 */
public record VdagDocuments(Map<String, Object> vdag, List<Map<String, Object>> blocks) {

  private static final String REDUCTION =
      "the blocks of a stage add up their partial results among themselves; the graph passes on"
          + " what comes of it";

  /**
   * Copies the list, and checks the graph.
   *
   * @param vdag see {@link #vdag}
   * @param blocks see {@link #blocks}
   */
  public VdagDocuments {
    blocks = List.copyOf(blocks);
    VdagCheck.check(vdag);
  }

  /**
   * A rank whose file is stored and registered.
   *
   * @param rank its number
   * @param stage its place in the pipeline, from 0
   * @param tpRank its place among those that share the stage, from 0
   * @param layerHash the {@code model_layer_hash} of its file
   * @param layerUrl the {@code model_layer_public_url}
   */
  public record Piece(int rank, int stage, int tpRank, String layerHash, String layerUrl) {}

  /**
   * Makes the documents.
   *
   * @param options what the graph is called and runs on
   * @param pieces of all ranks, in order
   * @param running the id of a block that runs a layer, by the layer's hash
   * @param isRegistered whether a layer is registered
   * @return the documents
   * @throws BadInputException when a layer is not registered, or the graph is none
   */
  public static VdagDocuments of(
      VdagOptions options,
      List<Piece> pieces,
      Function<String, Optional<String>> running,
      Predicate<String> isRegistered) {
    List<Map<String, Object>> nodes = new ArrayList<>();
    List<Map<String, Object>> blocks = new ArrayList<>();
    boolean isTensorParallel = pieces.stream().anyMatch(piece -> piece.tpRank() > 0);
    for (Piece piece : pieces) {
      if (!isRegistered.test(piece.layerHash())) {
        throw new BadInputException(
            "layer %s of rank %d is not registered; register it before the vDAG is made"
                .formatted(piece.layerHash(), piece.rank()));
      }
      Optional<String> block = running.apply(piece.layerHash());
      nodes.add(node(piece, block, isTensorParallel, pieces.size()));
      if (block.isEmpty()) {
        blocks.add(wrapped(block(options, piece, pieces.size())));
      }
    }
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("vdagName", options.name());
    values.put("vdagVersion", version(options));
    values.put("mode", options.mode());
    values.put("discoveryTags", options.discoveryTags());
    values.put("controller", controller());
    values.put("nodes", nodes);
    values.put("graph", graph(pieces, isTensorParallel));
    return new VdagDocuments(wrapped(values), blocks);
  }

  /** In an order of its own, as everything here: the same split gives the same document. */
  private static Map<String, Object> version(VdagOptions options) {
    Map<String, Object> version = new LinkedHashMap<>();
    version.put("version", options.version());
    version.put("release-tag", options.releaseTag());
    return version;
  }

  private static Map<String, Object> wrapped(Map<String, Object> values) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("templateUri", "Parser/V1");
    header.put("parameters", Map.of());
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("header", header);
    document.put("body", Map.of("spec", Map.of("values", values)));
    return document;
  }

  private static Map<String, Object> controller() {
    Map<String, Object> controller = new LinkedHashMap<>();
    controller.put("inputSources", List.of());
    controller.put("initParameters", Map.of());
    controller.put("initSettings", Map.of());
    controller.put("policies", List.of());
    return controller;
  }

  private static Map<String, Object> layer(Piece piece, int worldSize) {
    Map<String, Object> layer = new LinkedHashMap<>();
    layer.put("layerHash", piece.layerHash());
    layer.put("layerUrl", piece.layerUrl());
    layer.put("rank", piece.rank());
    layer.put("worldSize", worldSize);
    return layer;
  }

  private static Map<String, Object> node(
      Piece piece, Optional<String> block, boolean isTensorParallel, int worldSize) {
    Map<String, Object> parameters = layer(piece, worldSize);
    parameters.put("stage", piece.stage());
    if (isTensorParallel) {
      parameters.put("tpRank", piece.tpRank());
      parameters.put("reduction", REDUCTION);
    }
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("nodeLabel", label(piece, isTensorParallel));
    node.put("nodeType", "block");
    node.put("assignmentPolicyRule", Map.of());
    node.put("preprocessingPolicyRule", Map.of());
    node.put("postprocessingPolicyRule", Map.of());
    node.put("modelParameters", parameters);
    block.ifPresent(id -> node.put("manualBlockId", id));
    return node;
  }

  private static Map<String, Object> block(VdagOptions options, Piece piece, int worldSize) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("blockComponentURI", options.component());
    values.put("minInstances", options.minInstances());
    values.put("maxInstances", options.maxInstances());
    values.put("blockInitData", layer(piece, worldSize));
    values.put("initSettings", Map.of());
    values.put("parameters", Map.of());
    values.put("policyRulesSpec", List.of());
    return values;
  }

  private static String label(Piece piece, boolean isTensorParallel) {
    return "stage-" + piece.stage() + (isTensorParallel ? "-tp-" + piece.tpRank() : "");
  }

  private static Map<String, Object> graph(List<Piece> pieces, boolean isTensorParallel) {
    List<Map<String, Object>> connections = new ArrayList<>();
    int last = 0;
    for (Piece piece : pieces) {
      last = Math.max(last, piece.stage());
      if (piece.stage() > 0) {
        Map<String, Object> connection = new LinkedHashMap<>();
        connection.put("nodeLabel", label(piece, isTensorParallel));
        connection.put("inputs", labels(pieces, piece.stage() - 1, isTensorParallel));
        connections.add(connection);
      }
    }
    Map<String, Object> graph = new LinkedHashMap<>();
    graph.put("connections", connections);
    graph.put("inputs", labels(pieces, 0, isTensorParallel));
    graph.put("outputs", labels(pieces, last, isTensorParallel));
    return graph;
  }

  private static List<Map<String, Object>> labels(
      List<Piece> pieces, int stage, boolean isTensorParallel) {
    List<Map<String, Object>> labels = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.stage() == stage) {
        labels.add(Map.of("nodeLabel", label(piece, isTensorParallel)));
      }
    }
    return labels;
  }
}
