// A form upload's body (contract, "Presign"): every field in order, then the file, its length known before.
// Knows nothing of hosts or replies.
// By hand and not by form-data: that makes a stream of each part, where a small file here is one buffer and one write, and it
// takes a file's length on trust, where here a file of another length ends the request.
import { AvalaError } from "../../errors";
import { LET_WRITERS_END } from "../../hints";

/** One file to send: whole when it is small, else opened again for each try. */
export type FormFile = {
  /** In the dataset. */
  readonly path: string;
  readonly sizeBytes: number;
} & (
  | { readonly small: Buffer; readonly open?: undefined }
  | { readonly small?: undefined; readonly open: () => AsyncIterable<Uint8Array> }
);

interface FormBody {
  readonly contentType: string;
  readonly contentLength: number;
  readonly body: Buffer | (() => AsyncIterable<Uint8Array>);
}

type Fields = readonly (readonly [name: string, value: string])[];

/** As browsers write names in forms: what would end the quotes or the line is percent-encoded. */
function quoted(name: string): string {
  return name.replace(/"/g, "%22").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function headOf(fields: Fields, file: FormFile, boundary: string): string {
  let head = "";
  for (const [name, value] of fields) {
    head += `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"\r\n\r\n${value}\r\n`;
  }
  const fileName = file.path.slice(file.path.lastIndexOf("/") + 1);
  return (
    `${head}--${boundary}\r\n` +
    `Content-Disposition: form-data; name="file"; filename="${quoted(fileName)}"\r\n` +
    "Content-Type: application/octet-stream\r\n\r\n"
  );
}

function changed(file: FormFile): AvalaError {
  return new AvalaError(
    "file_changed",
    `${file.path} no longer has the ${file.sizeBytes} bytes that it was presigned for.`,
    { hint: LET_WRITERS_END },
  );
}

async function* stream(
  head: Buffer,
  open: () => AsyncIterable<Uint8Array>,
  tail: Buffer,
  file: FormFile,
  onBytes: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  yield head;
  let sent = 0;
  for await (const chunk of open()) {
    sent += chunk.length;
    if (sent > file.sizeBytes) throw changed(file);
    yield chunk;
    // The connection has taken the chunk: it asks for more only then.
    onBytes?.(chunk.length);
  }
  if (sent !== file.sizeBytes) throw changed(file);
  yield tail;
}

/**
 * The body of one try. A small file makes one buffer and so one write; a large one streams, chunk by chunk as the
 * connection takes them. `onBytes` counts the file's bytes of a stream.
 * @throws AvalaError `file_changed`, for a stream in the middle of its iteration
 */
export function formBody(
  fields: Fields,
  file: FormFile,
  boundary: string,
  onBytes?: (bytes: number) => void,
): FormBody {
  const head = headOf(fields, file, boundary);
  const tail = `\r\n--${boundary}--\r\n`;
  const headBytes = Buffer.byteLength(head);
  const contentLength = headBytes + file.sizeBytes + tail.length;
  const contentType = `multipart/form-data; boundary=${boundary}`;
  const { small, open } = file;
  if (small === undefined) {
    const body = (): AsyncIterable<Uint8Array> =>
      stream(Buffer.from(head), open, Buffer.from(tail), file, onBytes);
    return { contentType, contentLength, body };
  }
  if (small.length !== file.sizeBytes) throw changed(file);
  const body = Buffer.allocUnsafe(contentLength);
  body.write(head, 0, "utf8");
  small.copy(body, headBytes);
  body.write(tail, headBytes + small.length, "latin1");
  return { contentType, contentLength, body };
}
