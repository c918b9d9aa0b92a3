package io.modelsplitter.registry;

import java.time.Instant;

/**
 * A value as a registry holds it.
 *
 * @param value the value
 * @param version counts the changes of this record, from 1
 * @param modified when the last change was made, to the second
 * @param <T> what is stored
 */
public record Stored<T>(T value, long version, Instant modified) {}
