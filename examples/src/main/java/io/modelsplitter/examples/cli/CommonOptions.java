package io.modelsplitter.examples.cli;

import picocli.CommandLine.Command;

/** Help and version of every command, and how every command ends. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = ModelSplitterTool.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:Done.",
      "1:It failed: a file, a registry, or the task that was watched.",
      "64:The input is wrong: an option, a file's content, a filter.",
      "130:Interrupted (Ctrl-C).",
      "141:Whoever reads the results has closed the pipe."
    })
final class CommonOptions {}
