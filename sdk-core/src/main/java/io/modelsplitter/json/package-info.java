/**
 * Free-form data as the wire has it: the one place that turns JSON into maps and back.
 *
 * <p>Jackson stays behind this room, so that no public signature of the library holds one of its
 * types.
 */
@NullMarked
package io.modelsplitter.json;

import org.jspecify.annotations.NullMarked;
