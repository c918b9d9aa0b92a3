/** The ports over HTTP, for the wire contract of the field. */
@NullMarked
package io.modelsplitter.registry.client;

import org.jspecify.annotations.NullMarked;
