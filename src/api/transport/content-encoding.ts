// The body of a reply as what it stands for, where the server compressed it for the way (RFC 9110, 8.4). Knows nothing of
// a network library.
import { pipeline, Readable, type Transform } from "node:stream";
import { promisify } from "node:util";
import * as zlib from "node:zlib";
import { AvalaError, isAvalaError } from "../../errors";
import { systemErrorCode } from "../../system-error";
import type { HttpRequest, HttpResponse, HttpStream } from "./transport";
import { tooLarge } from "./transport-errors";

interface Decoder {
  readonly stream: () => Transform;
  readonly whole: (bytes: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>;
}

const gunzip = {
  stream: zlib.createGunzip,
  whole: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
};
const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  deflate: {
    stream: zlib.createInflate,
    whole: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  },
  br: {
    stream: zlib.createBrotliDecompress,
    whole: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.brotliDecompress),
  },
};

/** What a server is asked for. Not `deflate`, of which there are two forms (RFC 9110, 8.4.1.2). */
export const ACCEPTED_ENCODINGS = "gzip, br";

const OF_THE_WAY: ReadonlySet<string> = new Set(["content-encoding", "content-length"]);

/** Node's code for a stream that ends before its end. */
const CUT_SHORT = "Z_BUF_ERROR";

/** Of a reply that has come, so that what was asked for may be done. */
function decodingError(error: unknown): unknown {
  if (isAvalaError(error)) return error;
  if (systemErrorCode(error) === CUT_SHORT) {
    const text = "the compressed response was truncated";
    return new AvalaError("network", text, { retryable: true, ambiguous: true });
  }
  const text = "the response does not match its Content-Encoding";
  return new AvalaError("bad_reply", text, { ambiguous: true });
}

async function* decode({ status, body }: HttpStream, decoder: Transform): AsyncGenerator<Buffer> {
  // What fails is thrown where the decoder is read.
  pipeline(Readable.from(body, { objectMode: false }), decoder, () => undefined);
  try {
    for await (const chunk of decoder) yield chunk as Buffer;
  } catch (error) {
    if (isAvalaError(error) || !isEnough(status)) throw decodingError(error);
  }
}

/**
 * Whether a status says enough where its body can't be decoded: an error's. A proxy that puts a page of its own in the place
 * of a reply may leave the headers.
 */
function isEnough(status: number): boolean {
  return status >= 300;
}

function decoderOf({
  status,
  headers,
}: Pick<HttpStream, "status" | "headers">): Decoder | undefined {
  // A part of a file can't be read by itself (206).
  return status === 206
    ? undefined
    : DECODERS[(headers["content-encoding"] ?? "").trim().toLowerCase()];
}

/** Without the length, too: it is that of what travels, and says nothing. */
function withoutWay(headers: HttpStream["headers"]): HttpStream["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_THE_WAY.has(name)));
}

/** Some stores keep compressed what they hand out as JSON. */
export function decoded(reply: HttpStream): HttpStream {
  const decoder = decoderOf(reply);
  if (decoder === undefined) return reply;
  const body = decode(reply, decoder.stream());
  return { ...reply, headers: withoutWay(reply.headers), body };
}

/**
 * The same of a small reply. An error that can't be decoded is left as it came.
 * @throws AvalaError `bad_reply`, `network`; `bad_reply` where it grows beyond its bound
 */
export async function decodedReply(
  reply: HttpResponse,
  { url, maxReplyBytes }: Pick<HttpRequest, "url" | "maxReplyBytes">,
): Promise<HttpResponse> {
  const decoder = reply.body.length === 0 ? undefined : decoderOf(reply);
  if (decoder === undefined) return reply;
  try {
    const body = await decoder.whole(reply.body, { maxOutputLength: maxReplyBytes });
    return { ...reply, headers: withoutWay(reply.headers), body };
  } catch (error) {
    if (isEnough(reply.status)) return reply;
    const isTooLarge = systemErrorCode(error) === "ERR_BUFFER_TOO_LARGE";
    throw isTooLarge ? tooLarge(new URL(url).host, maxReplyBytes) : decodingError(error);
  }
}
