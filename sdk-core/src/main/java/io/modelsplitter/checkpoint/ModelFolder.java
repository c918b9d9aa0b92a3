package io.modelsplitter.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The files that lie together in a folder, wherever that is. For one thread. */
interface ModelFolder {

  /** What it is called in messages. */
  String name();

  /** The names of its plain files, without folders, in order. */
  List<String> names();

  /** Those that a model needs beside its tensors, if they are on this machine. */
  List<Path> companions();

  /** A file that is a JSON object. */
  Map<String, Object> json(String name) throws IOException;

  /** The header of a safetensors file. */
  SafetensorsHeader safetensors(String name) throws IOException;

  /**
   * The header of a GGUF file.
   *
   * @throws java.nio.file.NoSuchFileException when it is not there
   */
  GgufFile gguf(String name) throws IOException;
}
