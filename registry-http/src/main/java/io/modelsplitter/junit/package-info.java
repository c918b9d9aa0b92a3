/**
 * For the tests of those who write splitters: {@link io.modelsplitter.junit.RegistryExtension}
 * hands them registries that run.
 */
@NullMarked
package io.modelsplitter.junit;

import org.jspecify.annotations.NullMarked;
