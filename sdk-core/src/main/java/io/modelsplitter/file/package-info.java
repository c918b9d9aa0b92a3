/**
 * Files: hashing, downloading, unpacking, and writing so that nothing half-written is ever seen.
 */
@NullMarked
package io.modelsplitter.file;

import org.jspecify.annotations.NullMarked;
