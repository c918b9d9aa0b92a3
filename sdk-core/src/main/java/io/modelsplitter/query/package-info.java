/**
 * Mongo-style filters and updates: what they mean, and nothing about how a database answers them.
 *
 * <p>A {@link io.modelsplitter.query.Filter} says whether a document matches, an {@link
 * io.modelsplitter.query.Update} makes the changed document. What is not built yet is refused by
 * name.
 */
@NullMarked
package io.modelsplitter.query;

import org.jspecify.annotations.NullMarked;
