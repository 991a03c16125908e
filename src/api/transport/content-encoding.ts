// The body of a reply as what it stands for, where the server compressed it for the way (RFC 9110, 8.4). Knows nothing of
// a network library.
import { pipeline, Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { AvalaError, isAvalaError } from "../../errors";
import { systemErrorCode } from "../../system-error";
import type { HttpStream } from "./transport";

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

const OF_THE_WAY: ReadonlySet<string> = new Set(["content-encoding", "content-length"]);

/** Node's code for a stream that ends before its end. */
const CUT_SHORT = "Z_BUF_ERROR";

function decodingError(error: unknown): unknown {
  if (isAvalaError(error)) return error;
  return systemErrorCode(error) === CUT_SHORT
    ? new AvalaError("network", "the compressed reply was cut short", { retryable: true })
    : new AvalaError("bad_reply", "the reply is not compressed in the way that it says");
}

async function* decode(body: AsyncIterable<Buffer>, decoder: Transform): AsyncGenerator<Buffer> {
  // What fails is thrown where the decoder is read.
  pipeline(Readable.from(body, { objectMode: false }), decoder, () => undefined);
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
  } catch (error) {
    throw decodingError(error);
  }
}

/** Some stores keep compressed what they hand out as JSON. The length is then that of what travels, and says nothing. */
export function decoded(reply: HttpStream): HttpStream {
  const createDecoder = DECODERS[(reply.headers["content-encoding"] ?? "").trim().toLowerCase()];
  // A part of a file can't be read by itself (206).
  if (createDecoder === undefined || reply.status === 206) return reply;
  const kept = Object.entries(reply.headers).filter(([name]) => !OF_THE_WAY.has(name));
  const body = decode(reply.body, createDecoder());
  return { ...reply, headers: Object.fromEntries(kept), body };
}
