/** The command line: {@code model-splitter} and its subcommands. */
@NullMarked
package io.modelsplitter.examples.cli;

import org.jspecify.annotations.NullMarked;
