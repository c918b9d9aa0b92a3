/**
 * Model checkpoints: reading them, planning a split, writing its pieces and merging them, in memory
 * that does not grow with the model.
 *
 * <p>Begin with {@link io.modelsplitter.checkpoint.Checkpoint} and {@link
 * io.modelsplitter.checkpoint.SplitPlan}. The formats are safetensors and GGUF, as their
 * specifications (<a href="https://github.com/huggingface/safetensors#format">one</a>, <a
 * href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">two</a>) have them. Files come
 * from outside: nothing in them is believed before it is checked.
 */
@NullMarked
package io.modelsplitter.checkpoint;

import org.jspecify.annotations.NullMarked;
