package io.modelsplitter.registry.embedded;

/**
 * A row that was read.
 *
 * @param number its place in the order in which rows came
 * @param version counts its changes
 * @param isIndexed whether it does not wait to be indexed
 * @param value what it holds
 * @param characters about how large it is
 * @param <T> what a row holds
 */
record Row<T>(long number, long version, boolean isIndexed, T value, long characters) {}
