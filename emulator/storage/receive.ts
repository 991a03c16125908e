// Bytes on their way in, in constant memory: checked against what was signed, kept only when whole.
import type { IncomingMessage } from "node:http";
import type { Exchange, Reply } from "../http/service";
import type { Blob, Sink } from "./blobs";
import { incompleteBody, S3Error, tooLarge, tooSmall } from "./errors";
import { formBoundary, FormReader } from "./form";
import type { AcceptedForm } from "./policy";
import { verifyForm } from "./policy";
import type { StorageContext } from "./context";
import { encodePath } from "./s3/sigv4";

export async function receiveForm(exchange: Exchange, context: StorageContext): Promise<Reply> {
  const { request, entry } = exchange;
  entry.route = "PostObject";
  const boundary = formBoundary(request.headers["content-type"]);
  if (boundary === undefined) {
    throw new S3Error(
      412,
      "PreconditionFailed",
      "Bucket POST must be of the enclosure-type multipart/form-data",
    );
  }
  const reader = new FormReader(boundary);
  const sink = faulty(context.store.receive(), exchange);
  try {
    let form: AcceptedForm | undefined;
    for await (const chunk of chunksOf(request)) {
      const data = reader.push(chunk);
      if (data === undefined) continue;
      // The policy is judged before the first byte of the file is kept.
      form ??= accept(exchange, reader, context);
      entry.bytesIn += data.length;
      if (entry.bytesIn > form.maxBytes) throw tooLarge(entry.bytesIn, form.maxBytes);
      const waiting = sink.write(data);
      if (waiting !== undefined) await waiting;
    }
    reader.finish();
    form ??= accept(exchange, reader, context);
    if (entry.bytesIn < form.minBytes) throw tooSmall(entry.bytesIn, form.minBytes);
    return await keepForm(exchange, { form, reader, sink }, context);
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

function accept(exchange: Exchange, reader: FormReader, context: StorageContext): AcceptedForm {
  const form = verifyForm(reader.fields, context.bucket, context.signer, context.now());
  const key = form.key.replace("${filename}", () => reader.fileName);
  exchange.entry.key = key;
  return { ...form, key };
}

interface ReceivedForm {
  readonly form: AcceptedForm;
  readonly reader: FormReader;
  readonly sink: Sink;
}

async function keepForm(
  exchange: Exchange,
  received: ReceivedForm,
  context: StorageContext,
): Promise<Reply> {
  const { form, reader, sink } = received;
  if (exchange.fault?.store === "nothing") {
    await sink.discard();
    return { status: 204 };
  }
  const blob = await sink.commit();
  await context.store.commit(form.key, blob, form.contentType);
  const etag = `"${blob.etag}"`;
  const headers = { ETag: etag, Location: encodePath(`/${context.bucket}/${form.key}`) };
  const wanted = reader.fields.get("success_action_status");
  if (wanted === "200") return { status: 200, headers };
  if (wanted !== "201") return { status: 204, headers: { ETag: etag } };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Bucket>${context.bucket}</Bucket><ETag>${etag}</ETag></PostResponse>`;
  return { status: 201, headers: { ...headers, "Content-Type": "application/xml" }, body };
}

/** The body of a presigned PUT; undefined when a fault has the store forget it. */
export async function receivePut(
  exchange: Exchange,
  context: StorageContext,
): Promise<Blob | undefined> {
  const { request, entry } = exchange;
  if (request.headers["content-length"] === undefined) {
    throw new S3Error(
      411,
      "MissingContentLength",
      "You must provide the Content-Length HTTP header.",
    );
  }
  const sink = faulty(context.store.receive(), exchange);
  try {
    for await (const chunk of chunksOf(request)) {
      entry.bytesIn += chunk.length;
      const waiting = sink.write(chunk);
      if (waiting !== undefined) await waiting;
    }
    if (entry.bytesIn !== Number(request.headers["content-length"])) throw incompleteBody();
    if (exchange.fault?.store !== "nothing") return await sink.commit();
    await sink.discard();
    return undefined;
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

/** Leaves the connection alone when reading stops early, so that the refusal can be sent on it. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/** A sink that keeps nothing, half of each chunk, or other bytes, when fault injection says so. */
function faulty(sink: Sink, exchange: Exchange): Sink {
  const store = exchange.fault?.store;
  if (store === undefined) return sink;
  const write = sink.write.bind(sink);
  const writes = {
    nothing: () => undefined,
    half: (chunk: Buffer) => write(chunk.subarray(0, chunk.length / 2)),
    other: (chunk: Buffer) => write(Buffer.alloc(chunk.length, 0x21)),
  };
  sink.write = writes[store];
  return sink;
}
