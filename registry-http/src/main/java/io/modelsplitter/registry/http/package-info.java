/**
 * The registries over HTTP. {@link io.modelsplitter.registry.http.RegistryServer} serves any
 * implementation of the ports; only {@link io.modelsplitter.registry.http.ServerMain} knows which.
 */
@NullMarked
package io.modelsplitter.registry.http;

import org.jspecify.annotations.NullMarked;
