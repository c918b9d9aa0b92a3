package io.modelsplitter.checkpoint;

import io.modelsplitter.file.ByteSource;
import java.io.IOException;

/** The files with a checkpoint's weights, wherever they are. */
public interface WeightFiles {

  /**
   * {@return the file with this name}
   *
   * @param name a plain file name; it may come from outside
   * @throws IOException when it cannot be opened
   */
  ByteSource find(String name) throws IOException;
}
