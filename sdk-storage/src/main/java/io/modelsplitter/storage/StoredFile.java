package io.modelsplitter.storage;

import java.time.Instant;

/**
 * A file in a {@link LayerStore}.
 *
 * @param name what it is stored as
 * @param bytes its size
 * @param modified when it was put there
 */
public record StoredFile(String name, long bytes, Instant modified) {}
