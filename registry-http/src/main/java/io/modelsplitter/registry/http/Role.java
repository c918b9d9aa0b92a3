package io.modelsplitter.registry.http;

import java.util.Locale;

/** What the holder of a token may do; each may what those before it may. */
enum Role {
  /** Gets and queries. */
  READ,
  /** Creates, changes and deletes layers, blocks and tasks, and starts split jobs. */
  WRITE,
  /** Deploys split runners and takes them away, and reopens tasks that are final. */
  ADMIN;

  /** The word in the token file. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
