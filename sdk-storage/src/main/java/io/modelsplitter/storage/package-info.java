/** Where the files of layers are kept: a directory, or S3 and what speaks like it (MinIO). */
@NullMarked
package io.modelsplitter.storage;

import org.jspecify.annotations.NullMarked;
