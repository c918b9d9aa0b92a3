package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.json.Json;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the graph of a vDAG document: labels that are unique and name nodes, no cycle, and heads
 * and tails that are those of the connections.
 */
final class VdagCheck {

  private VdagCheck() {}

  static void check(Map<String, Object> document) {
    Map<?, ?> spec = map(map(document.get("body"), "body").get("spec"), "spec");
    Map<?, ?> values = map(spec.get("values"), "values");
    Set<String> nodes = new LinkedHashSet<>();
    for (Object node : list(values.get("nodes"), "nodes")) {
      String label = label(node);
      if (!nodes.add(label)) {
        throw bad("two nodes have the label " + Json.show(label));
      }
    }
    if (nodes.isEmpty()) {
      throw bad("it has no nodes");
    }
    Map<?, ?> graph = map(values.get("graph"), "graph");
    Map<String, Set<String>> inputs = new LinkedHashMap<>();
    for (Object connection : list(graph.get("connections"), "connections")) {
      String to = known(label(connection), nodes);
      Set<String> from = new LinkedHashSet<>();
      for (Object input : list(map(connection, "connections").get("inputs"), "inputs")) {
        from.add(known(label(input), nodes));
      }
      if (inputs.put(to, from) != null) {
        throw bad("the node " + Json.show(to) + " is connected twice");
      }
    }
    checkAcyclic(nodes, inputs);
    Set<String> heads = new LinkedHashSet<>(nodes);
    heads.removeAll(inputs.keySet());
    Set<String> tails = new LinkedHashSet<>(nodes);
    inputs.values().forEach(tails::removeAll);
    checkEnds("inputs", graph.get("inputs"), heads);
    checkEnds("outputs", graph.get("outputs"), tails);
  }

  /** Takes away node after node that waits for none; on a cycle all wait. */
  private static void checkAcyclic(Set<String> nodes, Map<String, Set<String>> inputs) {
    Map<String, Set<String>> waiting = new LinkedHashMap<>();
    Deque<String> ready = new ArrayDeque<>();
    for (String node : nodes) {
      Set<String> from = inputs.getOrDefault(node, Set.of());
      if (from.isEmpty()) {
        ready.add(node);
      } else {
        waiting.put(node, new LinkedHashSet<>(from));
      }
    }
    while (!ready.isEmpty()) {
      String done = ready.remove();
      waiting.forEach(
          (node, from) -> {
            if (from.remove(done) && from.isEmpty()) {
              ready.add(node);
            }
          });
      waiting.values().removeIf(Set::isEmpty);
    }
    if (!waiting.isEmpty()) {
      throw bad("the nodes " + waiting.keySet() + " wait for each other in a cycle");
    }
  }

  private static void checkEnds(String field, @Nullable Object value, Set<String> expected) {
    Set<String> found = new LinkedHashSet<>();
    for (Object end : list(value, field)) {
      found.add(label(end));
    }
    if (!found.equals(expected)) {
      throw bad("its %s are %s, but the connections give %s".formatted(field, found, expected));
    }
  }

  private static String known(String label, Set<String> nodes) {
    if (!nodes.contains(label)) {
      throw bad("a connection names " + Json.show(label) + ", which is no node");
    }
    return label;
  }

  private static String label(@Nullable Object value) {
    Object label = map(value, "nodeLabel").get("nodeLabel");
    if (label instanceof String text && !text.isBlank()) {
      return text;
    }
    throw bad("a nodeLabel is " + Json.show(label));
  }

  private static Map<?, ?> map(@Nullable Object value, String field) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw bad("\"" + field + "\" must be an object, not " + Json.show(value));
  }

  private static List<?> list(@Nullable Object value, String field) {
    if (value instanceof List<?> list) {
      return list;
    }
    throw bad("\"" + field + "\" must be a list, not " + Json.show(value));
  }

  private static BadInputException bad(String reason) {
    return new BadInputException("the vDAG is not right: " + reason);
  }
}
