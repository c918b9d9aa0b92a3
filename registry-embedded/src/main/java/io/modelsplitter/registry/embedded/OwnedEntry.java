package io.modelsplitter.registry.embedded;

/** An entry of a document. */
record OwnedEntry(DocumentIndex.Entry entry, long document) {}
