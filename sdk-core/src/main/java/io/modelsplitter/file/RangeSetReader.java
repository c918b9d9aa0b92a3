package io.modelsplitter.file;

import io.modelsplitter.error.BadInputException;
import io.modelsplitter.file.HttpSource.PassingException;
import io.modelsplitter.file.RemoteFile.Range;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import okhttp3.MultipartReader;
import okhttp3.Response;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/**
 * Reads the spans of a stride from a server, many with one request ({@code multipart/byteranges},
 * RFC 9110, section 14.6), and with a few requests under way, so that a server far away is not
 * waited for after each. A server need not do that: then the rest is read one by one, and so is
 * every later stride of the file. For one thread.
 */
final class RangeSetReader implements ByteReader {
  /** What stands before each range in an answer is about as long; a shorter gap is read. */
  static final long LEAST_GAP = 100;

  /** After so many failed requests in a row it is tried without. */
  private static final int MAX_FAILURES = 2;

  private final RemoteFile file;
  private final Stride stride;
  private final Patience patience;
  private int failures;

  /** The span that is read, and the next byte of it. */
  private long span;

  private long position;

  private final RangeSetRequests requests;
  private @Nullable Response answer;

  /** The span after the last one that the answer is to have. */
  private long answerEnd;

  private @Nullable MultipartReader parts;

  /** The part that is read, from where to where it goes on. */
  private @Nullable BufferedSource part;

  private long partFrom;
  private long partEnd;

  private @Nullable ByteReader rest;

  RangeSetReader(RemoteFile file, Stride stride) {
    this.file = file;
    this.stride = stride;
    this.requests = new RangeSetRequests(file, stride);
    this.patience = new Patience(file.options());
    this.position = stride.from();
  }

  @Override
  public void read(ByteBuffer target) throws IOException {
    while (target.hasRemaining()) {
      if (rest != null) {
        rest.read(target);
        return;
      }
      if (span == stride.count()) {
        throw new EOFException(file.name() + " is asked for more than its spans have");
      }
      try {
        if (part != null || openPart()) {
          readSome(target);
        }
      } catch (PassingException e) {
        closeAnswer();
        requests.drop();
        patience.failed(e);
      }
      if (!file.sendsRangeSets() && answer == null) {
        requests.drop();
        rest = oneByOne();
      }
    }
  }

  /** Begins with the row that is being read, of which some bytes may have been read before. */
  private ByteReader oneByOne() throws IOException {
    long row = span / stride.spans().size();
    long read = position - stride.begin(span);
    for (long before = row * stride.spans().size(); before < span; before++) {
      read += stride.end(before) - stride.begin(before);
    }
    ByteReader reader = file.oneByOne(stride.fromRow(row));
    ByteBuffer skipped = ByteBuffer.allocate((int) Math.min(read, 64 << 10));
    for (long left = read; left > 0; left -= skipped.position()) {
      skipped.clear().limit((int) Math.min(left, skipped.capacity()));
      reader.read(skipped);
    }
    return reader;
  }

  /** Opens the part of an answer that has the next byte; false where there is none. */
  private boolean openPart() throws PassingException {
    if (answer == null && !ask()) {
      return false;
    }
    Response open = answer;
    if (open == null) {
      return false;
    }
    try {
      MultipartReader several = parts;
      BufferedSource body = open.body().source();
      String contentRange = open.header("Content-Range");
      if (several != null) {
        MultipartReader.Part next = several.nextPart();
        body = next == null ? null : next.body();
        contentRange = next == null ? null : next.headers().get("Content-Range");
      }
      Range range = Range.of(contentRange);
      if (body == null || range == null || !fits(range)) {
        file.sendsNoRangeSets(); // it leaves some out, or has another order
        closeAnswer();
        return false;
      }
      failures = 0;
      part = body;
      partFrom = range.from();
      partEnd = range.to();
      skipTo(position);
      return true;
    } catch (IOException e) {
      if (parts != null && e instanceof ProtocolException) {
        failed(); // it is no set of parts, or it broke off
      }
      throw file.brokeOff(position, e);
    }
  }

  private void failed() {
    failures++;
    if (failures >= MAX_FAILURES) {
      file.sendsNoRangeSets();
    }
  }

  private boolean fits(Range range) {
    if (range.of() != file.size()) {
      closeAnswer();
      throw file.changed("the server mixes contents");
    }
    return range.from() <= position && position < range.to();
  }

  /** A server may join ranges that lie close together. */
  private void skipTo(long from) throws IOException {
    BufferedSource open = part;
    if (open != null && from < partEnd) {
      open.skip(from - partFrom);
      partFrom = from;
    } else {
      part = null;
    }
  }

  private boolean ask() throws PassingException {
    RangeSetRequests.Batch batch = requests.batch(span, position);
    answerEnd = batch.end();
    if (answerEnd - span == 1) {
      answer = file.ask(position, stride.end(span));
      return true;
    }
    Response open;
    try {
      open = requests.answer(batch);
    } catch (PassingException e) {
      failed();
      throw e;
    } catch (BadInputException e) { // as some say to what they do not know
      file.sendsNoRangeSets();
      return false;
    }
    String type = String.valueOf(open.header("Content-Type"));
    boolean isSet = type.regionMatches(true, 0, "multipart/byteranges", 0, 20);
    if (open.code() != 206 || !(isSet || open.header("Content-Range") != null)) {
      open.close();
      file.sendsNoRangeSets();
      return false;
    }
    answer = open;
    try {
      parts = isSet ? new MultipartReader(open.body()) : null;
    } catch (IOException e) { // the boundary is missing
      closeAnswer();
      file.sendsNoRangeSets();
      return false;
    }
    if (isSet) {
      requests.askAhead(batch);
    }
    return true;
  }

  private void readSome(ByteBuffer target) throws IOException {
    BufferedSource open = part;
    if (open == null) {
      return;
    }
    int limit = target.limit();
    long most = Math.min(stride.end(span), partEnd) - position;
    target.limit(target.position() + (int) Math.min(target.remaining(), most));
    int read;
    try {
      read = patience.read(open, target);
    } catch (IOException e) {
      throw file.brokeOff(position, e);
    } finally {
      target.limit(limit);
    }
    if (read <= 0) {
      throw file.brokeOff(position, null);
    }
    position += read;
    partFrom += read;
    if (position == stride.end(span)) {
      nextSpan();
    } else if (partFrom == partEnd) {
      part = null;
    }
  }

  private void nextSpan() throws PassingException {
    span++;
    if (span < stride.count()) {
      position = stride.begin(span);
    }
    if (span == answerEnd) {
      closeAnswer();
      return;
    }
    try {
      skipTo(position);
    } catch (IOException e) {
      throw file.brokeOff(position, e);
    }
  }

  private void closeAnswer() {
    part = null;
    parts = null;
    if (answer != null) {
      answer.close();
      answer = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeAnswer();
    requests.drop();
    if (rest != null) {
      rest.close();
    }
  }
}
