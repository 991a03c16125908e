// Reads a multipart/form-data body as it streams: fields first, then the one file. Knows no policy.
// Our own, since the form of an S3 upload is simple (every part has a name, the file is the last)
// and each small file pays for it: measured, 20 µs for a form of 10 KiB against 70 µs and more
// with @fastify/busboy 3, which makes a stream of each part.
import { invalidArgument, malformedForm, S3Error } from "./errors";

/** S3's bound on everything before the file. */
const HEAD_LIMIT_BYTES = 20 * 1024;
const CR = 13;
const CRLF2 = Buffer.from("\r\n\r\n");

/** The boundary of a Content-Type header, or undefined when it is not a form. */
export function formBoundary(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(
    contentType ?? "",
  );
  return match?.[1] ?? match?.[2];
}

/**
 * Feed it chunks; it gives back the bytes of the file among them. S3 wants the file last and
 * looks at nothing behind it, so reading stops there.
 */
export class FormReader {
  /** By lower-case name. Complete once `atFile` is true. */
  readonly fields = new Map<string, string>();
  fileName = "";
  atFile = false;
  isComplete = false;
  private readonly delimiter: Buffer;
  private head: Buffer = Buffer.from("\r\n");
  private fieldBytes = 0;
  private carry: Buffer | undefined;

  constructor(boundary: string) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`);
  }

  /** The file's bytes in this chunk, if any. */
  push(chunk: Buffer): Buffer | undefined {
    if (this.isComplete) return undefined;
    if (this.atFile) return this.takeFile(chunk);
    this.head = Buffer.concat([this.head, chunk]);
    const rest = this.readFields();
    if (this.fieldBytes + this.head.length > HEAD_LIMIT_BYTES) {
      throw new S3Error(
        400,
        "MaxPostPreDataLengthExceeded",
        "Your POST request fields preceding the upload file were too large.",
      );
    }
    if (rest !== undefined) return this.takeFile(rest);
    return undefined;
  }

  /** To be called at the end of the body. */
  finish(): void {
    if (!this.atFile)
      throw this.fields.size > 0
        ? invalidArgument("POST requires exactly one file upload per request.")
        : malformedForm();
    if (!this.isComplete) throw malformedForm();
  }

  /** Takes whole fields off the head; the bytes behind the file's own header once that is reached. */
  private readFields(): Buffer | undefined {
    for (;;) {
      const start = this.head.indexOf(this.delimiter);
      if (start < 0) return undefined;
      const headerStart = start + this.delimiter.length;
      if (this.head.toString("latin1", headerStart, headerStart + 2) === "--") return undefined;
      const headerEnd = this.head.indexOf(CRLF2, headerStart);
      if (headerEnd < 0) return undefined;
      const name = this.partName(this.head.toString("utf8", headerStart, headerEnd));
      const bodyStart = headerEnd + CRLF2.length;
      if (name === "file") {
        this.atFile = true;
        const rest = this.head.subarray(bodyStart);
        this.head = Buffer.alloc(0);
        return rest;
      }
      const end = this.head.indexOf(this.delimiter, bodyStart);
      if (end < 0) return undefined;
      this.fields.set(name, this.head.toString("utf8", bodyStart, end));
      this.fieldBytes += end;
      this.head = this.head.subarray(end);
    }
  }

  private partName(header: string): string {
    const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(header)?.[1] ?? "";
    const name = /(?:^|;|\s)name="([^"]*)"/i.exec(disposition)?.[1];
    if (name === undefined) throw malformedForm();
    this.fileName = /filename="([^"]*)"/i.exec(disposition)?.[1] ?? "";
    return name.toLowerCase();
  }

  /** Holds back what may be the beginning of the closing delimiter. */
  private takeFile(chunk: Buffer): Buffer | undefined {
    const data = this.carry === undefined ? chunk : Buffer.concat([this.carry, chunk]);
    const end = data.indexOf(this.delimiter);
    if (end >= 0) {
      this.isComplete = true;
      this.carry = undefined;
      return data.subarray(0, end);
    }
    const keep = this.delimiterStart(data);
    this.carry = keep === data.length ? undefined : data.subarray(keep);
    return data.subarray(0, keep);
  }

  /** Where the end of these bytes may be the beginning of the delimiter: seldom, so that few chunks are copied. */
  private delimiterStart(data: Buffer): number {
    const last = Math.max(0, data.length - this.delimiter.length + 1);
    for (let at = data.indexOf(CR, last); at >= 0; at = data.indexOf(CR, at + 1)) {
      if (this.delimiter.subarray(0, data.length - at).equals(data.subarray(at))) return at;
    }
    return data.length;
  }
}
