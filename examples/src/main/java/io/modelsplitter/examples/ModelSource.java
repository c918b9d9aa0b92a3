package io.modelsplitter.examples;

import io.modelsplitter.ProgressListener;
import io.modelsplitter.checkpoint.Checkpoint;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.Archives;
import io.modelsplitter.file.FileDigests;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.Folders;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets the model that a {@code model_download_url} names: http, https, s3 or file. */
public final class ModelSource {
  private static final Logger log = LoggerFactory.getLogger(ModelSource.class);

  private static final long MEGABYTE = 1_000_000;

  private static final Pattern PICKLE = Pattern.compile("(?i).*\\.(bin|pt|pth|ckpt|pkl|pickle)");

  private ModelSource() {}

  /** How much of a model is wanted. */
  public enum Wanted {
    /** All of it. */
    ALL,

    /** A few ranks. */
    SOME,

    /** How it would be split. */
    HEADERS
  }

  /**
   * Brings the model to this machine.
   *
   * @param folder where to put what must be downloaded or unpacked
   * @param wanted unless it is all, weights stay on their server; where it is headers, archives are
   *     not unpacked
   * @param listener hears how far it is
   */
  static LocalModel fetch(String url, Path folder, Wanted wanted, ProgressListener listener)
      throws IOException {
    String path = url.replaceFirst("[?#].*", "").toLowerCase(Locale.ROOT);
    boolean isRemote = url.matches("(?i)(https?|s3):.*");
    boolean isFile = path.endsWith(".safetensors") || path.endsWith(".gguf");
    if (isRemote && (RemoteWeights.isSet(url) || (wanted != Wanted.ALL && isFile))) {
      return RemoteWeights.of(url).fetch(folder.resolve("model"));
    }
    LocalModel model =
        switch (url.replaceFirst(":.*", "").toLowerCase(Locale.ROOT)) {
          case "file" -> LocalModel.foreign(local(parse(url)));
          case "http", "https", "s3" -> download(url, folder.resolve(localName(url)), listener);
          default -> throw unknown(url);
        };
    Path file = model.path();
    if (!Archives.isArchive(file.toString())) {
      return model;
    }
    if (wanted == Wanted.HEADERS) {
      log.info("looking through {}, which is not unpacked", file.getFileName());
      return model;
    }
    Path unpacked = folder.resolve("unpacked");
    Folders.delete(unpacked);
    log.info("unpacking {}", file.getFileName());
    Archives.extract(file, unpacked);
    LocalModel found = LocalModel.ofFolder(unpacked);
    if (file.startsWith(folder)) {
      Files.delete(file); // its content is there now
    }
    return found;
  }

  /** As {@link #fetch}, and opens it: of what is only looked at, the headers are read. */
  public static Checkpoint open(String url, Path folder, Wanted wanted, ProgressListener listener)
      throws IOException {
    return fetch(url, folder, wanted, listener).open();
  }

  private static Path local(URI uri) {
    try {
      Path path = Path.of(uri);
      if (Files.exists(path)) {
        return path;
      }
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw unknown(uri.toString());
    }
    throw new BadInputException("there is no file or folder " + uri);
  }

  private static LocalModel download(String url, Path file, ProgressListener listener)
      throws IOException {
    log.info("downloading {}", FileDownloader.shown(url));
    FileDownloader downloader =
        FileDownloader.fromEnvironment((bytes, total) -> tell(listener, bytes, total));
    FileDigests digests = downloader.fetch(url, file);
    log.info("downloaded {} bytes, MD5 {}", digests.bytes(), digests.md5());
    return LocalModel.of(file, digests);
  }

  private static void tell(ProgressListener listener, long bytes, long total) {
    if (total > 0) {
      String message = "downloaded %d of %d MB".formatted(bytes / MEGABYTE, total / MEGABYTE);
      listener.progress((double) bytes / total, message);
    } else {
      listener.progress(0, "downloaded %d MB".formatted(bytes / MEGABYTE));
    }
  }

  /** What the URL's path ends with decides what is downloaded at all; the name is our own. */
  private static String localName(String url) {
    String path = url.replaceFirst("[?#].*", "");
    for (String suffix : List.of(".safetensors", ".gguf", ".tar.gz", ".tgz", ".tar", ".zip")) {
      if (path.toLowerCase(Locale.ROOT).endsWith(suffix)) {
        return "model" + suffix;
      }
    }
    throw new BadInputException(
        ("the model must be a .safetensors or .gguf file, a .tar.gz or .zip of a folder, a"
                + " model.safetensors.index.json, or a folder that ends with a slash, not %s%s")
            .formatted(
                FileDownloader.shown(url),
                PICKLE.matcher(path).matches() ? ", which is a pickle" : ""));
  }

  private static URI parse(String url) {
    try {
      return new URI(url);
    } catch (URISyntaxException e) {
      throw unknown(url);
    }
  }

  private static BadInputException unknown(String url) {
    return new BadInputException(
        "model_download_url must be an http, https, s3 or file URL, not "
            + FileDownloader.shown(url));
  }
}
