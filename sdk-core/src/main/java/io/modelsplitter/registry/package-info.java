/**
 * The registries as ports, and what they hold.
 *
 * <p>Each port has two implementations, in process (JDBC) and remote (HTTP client), which behave
 * the same. Records are immutable and checked when they are made.
 */
@NullMarked
package io.modelsplitter.registry;

import org.jspecify.annotations.NullMarked;
