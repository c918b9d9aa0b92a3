/**
 * Model checkpoints: reading them, planning a split and writing its pieces, in memory that does not
 * grow with the model.
 *
 * <p>The format is safetensors, as its <a
 * href="https://github.com/huggingface/safetensors#format">specification</a> has it. Files come
 * from outside: nothing in them is believed before it is checked.
 */
@NullMarked
package io.modelsplitter.checkpoint;

import org.jspecify.annotations.NullMarked;
