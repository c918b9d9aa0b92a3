package io.modelsplitter.storage;

import io.minio.errors.ErrorResponseException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UnavailableException;
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

  static ModelSplitterException of(String verb, String bucket, String key, Exception e) {
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
