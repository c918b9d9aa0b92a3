/**
 * The registries over JDBC, to embed: {@link io.modelsplitter.registry.embedded.EmbeddedRegistry}
 * is the one entry.
 */
@NullMarked
package io.modelsplitter.registry.embedded;

import org.jspecify.annotations.NullMarked;
