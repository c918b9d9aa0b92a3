package io.modelsplitter.storage;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.util.Set;

/** What a failed S3 call means for the caller. */
final class S3Failures {
  /** Codes that say that the request would fail again. */
  private static final Set<String> PERMANENT =
      Set.of(
          "AccessDenied",
          "AuthorizationHeaderMalformed",
          "EntityTooLarge",
          "ExpiredToken",
          "InvalidAccessKeyId",
          "InvalidBucketName",
          "InvalidToken",
          "KeyTooLongError",
          "MethodNotAllowed",
          "NoSuchBucket",
          "NoSuchKey",
          "NoSuchObject",
          "PermanentRedirect",
          "SignatureDoesNotMatch");

  private S3Failures() {}

  /** What is sent to S3. */
  interface Call<T> {
    T run() throws MinioException;
  }

  /** Runs a call; the client also throws its I/O errors as unchecked ones. */
  static <T> T translated(String verb, String bucket, String key, Call<T> call) {
    try {
      return call.run();
    } catch (MinioException | IllegalArgumentException e) {
      throw of(verb, bucket, key, e);
    } catch (IllegalStateException e) {
      throw e.getCause() instanceof IOException io ? of(verb, bucket, key, io) : e;
    }
  }

  private static ModelSplitterException of(String verb, String bucket, String key, Exception e) {
    String where = verb + " s3://" + bucket + "/" + key + " failed: ";
    if (e instanceof ErrorResponseException response) {
      var error = response.errorResponse();
      String reason = where + error.code() + ": " + error.message();
      return PERMANENT.contains(error.code())
          ? new BadInputException(reason, e)
          : new UnavailableException(reason, e);
    }
    return e instanceof IllegalArgumentException
        ? new BadInputException(where + e.getMessage(), e)
        : new UnavailableException(where + e.getMessage(), e);
  }

  static boolean isMissingObject(ErrorResponseException e) {
    String code = e.errorResponse().code();
    return code.equals("NoSuchKey") || code.equals("NoSuchObject");
  }
}
