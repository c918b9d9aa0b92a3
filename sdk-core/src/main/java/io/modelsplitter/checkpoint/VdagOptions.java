package io.modelsplitter.checkpoint;

import io.modelsplitter.error.BadInputException;
import java.util.List;

/**
 * What a vDAG's documents say beside its plan.
 *
 * @param name {@code vdagName}
 * @param version {@code vdagVersion.version}
 * @param releaseTag {@code vdagVersion.release-tag}
 * @param mode {@code create} or {@code dry-run}
 * @param discoveryTags {@code discoveryTags}
 * @param component the component that runs each rank: {@code blockComponentURI}
 * @param minInstances of each block
 * @param maxInstances of each block
 */
public record VdagOptions(
    String name,
    String version,
    String releaseTag,
    String mode,
    List<String> discoveryTags,
    String component,
    int minInstances,
    int maxInstances) {

  /**
   * Copies the list and checks the fields.
   *
   * @param name see {@link #name}
   * @param version see {@link #version}
   * @param releaseTag see {@link #releaseTag}
   * @param mode see {@link #mode}
   * @param discoveryTags see {@link #discoveryTags}
   * @param component see {@link #component}
   * @param minInstances see {@link #minInstances}
   * @param maxInstances see {@link #maxInstances}
   */
  public VdagOptions {
    discoveryTags = List.copyOf(discoveryTags);
    if (name.isBlank() || component.isBlank()) {
      throw new BadInputException("a vDAG needs a name and a component");
    }
    if (!mode.equals("create") && !mode.equals("dry-run")) {
      throw new BadInputException(
          "the mode of a vDAG must be \"create\" or \"dry-run\", not \"" + mode + "\"");
    }
    if (minInstances < 1 || maxInstances < minInstances) {
      throw new BadInputException(
          "a block needs 1 or more instances, and maxInstances not below minInstances: not %d to %d"
              .formatted(minInstances, maxInstances));
    }
  }

  /**
   * Version 0.0.1, to be created, each block with one instance.
   *
   * @param name what the graph is called
   * @param component the component that runs the blocks
   * @return the options
   */
  public static VdagOptions of(String name, String component) {
    return new VdagOptions(name, "0.0.1", "stable", "create", List.of(), component, 1, 1);
  }
}
