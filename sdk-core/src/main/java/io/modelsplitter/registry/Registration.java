package io.modelsplitter.registry;

/**
 * The answer to a create.
 *
 * @param stored the value as it is stored now
 * @param created whether this call stored it; false when the same value was there already
 * @param <T> what is stored
 */
public record Registration<T>(Stored<T> stored, boolean created) {}
