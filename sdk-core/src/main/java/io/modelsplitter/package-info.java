/**
 * The splitter's lifecycle: a {@link io.modelsplitter.Context} from the container's environment, a
 * {@link io.modelsplitter.ModelSplitter} with its three phases, and the {@link
 * io.modelsplitter.ModelSplitterExecutor} that runs them and reports the task.
 */
@NullMarked
package io.modelsplitter;

import org.jspecify.annotations.NullMarked;
