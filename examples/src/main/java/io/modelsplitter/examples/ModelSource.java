package io.modelsplitter.examples;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.Archives;
import io.modelsplitter.file.FileDownloader;
import io.modelsplitter.file.Folders;
import io.modelsplitter.storage.S3Manager;
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
final class ModelSource {
  private static final Logger log = LoggerFactory.getLogger(ModelSource.class);

  private static final Pattern PICKLE = Pattern.compile("(?i).*\\.(bin|pt|pth|ckpt|pkl|pickle)");

  private ModelSource() {}

  /**
   * Brings the model to this machine.
   *
   * @param folder where to put what must be downloaded or unpacked
   * @return a file or folder that can be opened as a checkpoint
   */
  static Path fetch(String url, Path folder) throws IOException {
    Path file =
        switch (url.replaceFirst(":.*", "").toLowerCase(Locale.ROOT)) {
          case "file" -> local(parse(url));
          case "http", "https" -> download(url, folder.resolve(localName(url)));
          case "s3" -> downloadS3(parse(url), folder.resolve(localName(url)));
          default -> throw unknown(url);
        };
    if (!Archives.isArchive(file.toString())) {
      return file;
    }
    Path unpacked = folder.resolve("unpacked");
    Folders.delete(unpacked);
    log.info("unpacking {}", file.getFileName());
    Archives.extract(file, unpacked);
    if (file.startsWith(folder)) {
      Files.delete(file); // its content is there now
    }
    return unpacked;
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

  private static Path download(String url, Path file) throws IOException {
    log.info("downloading {}", FileDownloader.shown(url));
    var digests = FileDownloader.fromEnvironment().fetch(url, file);
    log.info("downloaded {} bytes, MD5 {}", digests.bytes(), digests.md5());
    return file;
  }

  private static Path downloadS3(URI uri, Path file) throws IOException {
    log.info("downloading {}", FileDownloader.shown(uri.toString()));
    String key = uri.getPath().substring(1);
    var digests = S3Manager.fromEnvironment().download(uri.getAuthority(), key, file);
    log.info("downloaded {} bytes, MD5 {}", digests.bytes(), digests.md5());
    return file;
  }

  /** What the URL's path ends with decides what is downloaded at all; the name is our own. */
  private static String localName(String url) {
    String path = url.replaceFirst("[?#].*", "");
    for (String suffix : List.of(".safetensors", ".tar.gz", ".tgz", ".tar")) {
      if (path.toLowerCase(Locale.ROOT).endsWith(suffix)) {
        return "model" + suffix;
      }
    }
    throw new BadInputException(
        "the model must be a .safetensors file or a .tar.gz of a folder, not %s%s"
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
