/**
 * What can go wrong, sorted by what the caller can do about it.
 *
 * <p>{@link io.modelsplitter.error.BadInputException} says that the input must change, {@link
 * io.modelsplitter.error.UnavailableException} that the same call may succeed later. Every other
 * room of the library may know this one; it knows none of them.
 */
@NullMarked
package io.modelsplitter.error;

import org.jspecify.annotations.NullMarked;
