package io.modelsplitter.checkpoint;

import io.modelsplitter.file.AtomicFile;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.LayerHash;
import io.modelsplitter.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands for a rank whose layers are files of their own: a small file that names them, in the
 * order of the model, by their digests. The same files give the same manifest.
 *
 * <pre>{@code
 * {"format": "safetensors", "files": [
 *   {"label": "layer-0", "url": "MD5.safetensors", "bytes": 1, "md5": "…", "sha256": "…"}]}
 * }</pre>
 *
 * <p>Each {@code url} is relative to that of the manifest, beside which the files are to be stored;
 * an absolute one would give the same layers another manifest in another store.
 */
public final class RankManifest {

  private RankManifest() {}

  /**
   * Writes the manifest of a rank; the name of each file is its MD5 and what it ends with.
   *
   * @param files all of the rank, in order
   * @param extension what their names end with
   * @param target the file to write; one that is there is replaced
   * @return size and digests of the manifest
   * @throws IOException when it cannot be written
   */
  public static FileDigests write(List<ShardFile> files, String extension, Path target)
      throws IOException {
    List<Map<String, Object>> entries = new ArrayList<>();
    for (ShardFile file : files) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("label", file.shard().label());
      entry.put("url", file.digests().md5() + "." + extension);
      entry.put("bytes", file.digests().bytes());
      entry.put("md5", file.digests().md5());
      entry.put("sha256", file.digests().sha256());
      entries.add(entry);
    }
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("format", extension);
    manifest.put("files", entries);
    try (AtomicFile file = AtomicFile.create(target)) {
      file.write(ByteBuffer.wrap(Json.writeBytes(manifest)));
      file.commit();
    }
    return new LayerHash().digests(target);
  }
}
