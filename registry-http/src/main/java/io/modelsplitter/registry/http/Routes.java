package io.modelsplitter.registry.http;

import io.javalin.config.RoutesConfig;

/** The endpoints of one resource. */
interface Routes {
  void add(RoutesConfig routes);
}
