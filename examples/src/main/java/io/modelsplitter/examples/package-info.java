/** Short mains, one for each task a user has. */
@NullMarked
package io.modelsplitter.examples;

import org.jspecify.annotations.NullMarked;
