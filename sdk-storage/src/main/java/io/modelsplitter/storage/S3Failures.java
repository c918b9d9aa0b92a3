package io.modelsplitter.storage;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.MinioException;
import io.modelsplitter.error.BadInputException;
import io.modelsplitter.error.ModelSplitterException;
import io.modelsplitter.error.UnavailableException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

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

  private static final Set<String> CREDENTIALS =
      Set.of(
          "AccessDenied",
          "ExpiredToken",
          "InvalidAccessKeyId",
          "InvalidToken",
          "SignatureDoesNotMatch");

  private static final int ATTEMPTS = 5;

  /** In milliseconds; it doubles. */
  private static final long FIRST_PAUSE = 100;

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

  /** What is sent to S3 and may be sent again. */
  interface AsyncCall<T> {
    T run() throws Exception;
  }

  /** Runs a call that may be made twice, again when what stopped it may pass. */
  static <T> T retried(String verb, String bucket, String key, AsyncCall<T> call) {
    for (int attempt = 1; ; attempt++) {
      try {
        return call.run();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UnavailableException(
            verb + " s3://" + bucket + "/" + key + " was interrupted", e);
      } catch (Exception e) {
        ModelSplitterException failure = translated(verb, bucket, key, e);
        if (!(failure instanceof UnavailableException)
            || isNoSuchUpload(failure)
            || attempt == ATTEMPTS) {
          throw failure;
        }
        pause(attempt, failure);
      }
    }
  }

  private static ModelSplitterException translated(
      String verb, String bucket, String key, Exception e) {
    Throwable cause = e;
    while (cause instanceof ExecutionException || cause instanceof CompletionException) {
      cause = cause.getCause();
    }
    if (cause instanceof IllegalStateException && cause.getCause() instanceof IOException io) {
      cause = io;
    }
    if (cause instanceof ModelSplitterException known) {
      return known;
    }
    if (cause instanceof MinioException
        || cause instanceof IllegalArgumentException
        || cause instanceof IOException) {
      return of(verb, bucket, key, (Exception) cause);
    }
    throw new IllegalStateException(cause);
  }

  private static void pause(int attempt, ModelSplitterException failure) {
    try {
      long most = FIRST_PAUSE << attempt;
      Thread.sleep(most / 2 + ThreadLocalRandom.current().nextLong(most / 2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  /** As {@link #isOfCredentials}, where they are good for nothing, not only for what was asked. */
  static boolean isOfWrongCredentials(ModelSplitterException e) {
    return isOfCredentials(e) && !code(e.getCause()).equals("AccessDenied");
  }

  /** Credentials may be renewed, and what was sent is still there then. */
  static boolean isOfCredentials(ModelSplitterException e) {
    return CREDENTIALS.contains(code(e.getCause()));
  }

  /** S3's own word for what is wrong; empty where it was not S3 that said it. */
  private static String code(@Nullable Throwable e) {
    return e instanceof ErrorResponseException response
        ? response.errorResponse().code()
        : e instanceof S3CodeException own ? own.code() : "";
  }

  /** The server does not know the upload: it was finished, or given up. */
  static boolean isNoSuchUpload(ModelSplitterException e) {
    return code(e.getCause()).equals("NoSuchUpload");
  }

  private static ModelSplitterException of(String verb, String bucket, String key, Exception e) {
    String where = verb + " s3://" + bucket + "/" + key + " failed: ";
    String code = code(e);
    if (!code.isEmpty()) {
      String text =
          e instanceof ErrorResponseException response
              ? response.errorResponse().message()
              : e.getMessage();
      String reason = where + code + ": " + text;
      return PERMANENT.contains(code)
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
