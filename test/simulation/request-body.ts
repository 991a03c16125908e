// The bytes of a request, and what a form in them holds.
import type { HttpRequest } from "../../src/api/transport/transport";

export async function bodyOf(request: HttpRequest): Promise<Buffer> {
  const { body } = request;
  if (typeof body !== "function") return Buffer.from(body ?? "");
  const chunks: Uint8Array[] = [];
  // A copy: the memory of a chunk is used again.
  for await (const chunk of body()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** The parts of a form, in order. */
export function partsOf(request: HttpRequest, body: Buffer): { name: string; data: Buffer }[] {
  const boundary = /boundary=(.+)$/.exec(request.headers["Content-Type"] ?? "")?.[1] ?? "";
  const delimiter = Buffer.from(`--${boundary.replaceAll('"', "")}`);
  const parts: { name: string; data: Buffer }[] = [];
  let from = body.indexOf(delimiter);
  for (;;) {
    const start = from + delimiter.length + 2;
    const next = body.indexOf(delimiter, start);
    if (next < 0) return parts;
    const head = body.indexOf("\r\n\r\n", start);
    const name = /name="([^"]*)"/.exec(body.toString("utf8", start, head))?.[1] ?? "";
    parts.push({ name, data: body.subarray(head + 4, next - 2) });
    from = next;
  }
}
