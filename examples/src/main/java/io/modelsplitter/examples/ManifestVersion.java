package io.modelsplitter.examples;

import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of the jar that runs. */
public abstract class ManifestVersion implements IVersionProvider {
  private final String program;

  /** For a program of this name. */
  protected ManifestVersion(String program) {
    this.program = program;
  }

  @Override
  public final String[] getVersion() {
    String version = ManifestVersion.class.getPackage().getImplementationVersion();
    return new String[] {program + " " + (version == null ? "(unpacked)" : version)};
  }
}
