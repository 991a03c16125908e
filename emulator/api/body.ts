// Reads and parses a request's JSON, with Django REST framework's refusals.
import type { IncomingMessage } from "node:http";
import { refuse } from "./replies";

/** Django's own bound is 2.5 MB; ours leaves room for long lists of uids and part numbers. */
const MAX_BYTES = 10 * 1024 * 1024;

/** An absent body is an empty object, as the framework has it. */
export async function readJson(
  request: IncomingMessage,
): Promise<{ readonly body: unknown; readonly bytes: number }> {
  const content = await readAll(request);
  const type = request.headers["content-type"] ?? "";
  if (content.length > 0 && !type.startsWith("application/json")) {
    throw refuse(415, { detail: `Unsupported media type "${type}" in request.` });
  }
  return { body: parsed(content), bytes: content.length };
}

/** JSON under any name: `curl -d` calls its body a form unless it is told otherwise. */
export async function readUntypedJson(request: IncomingMessage): Promise<unknown> {
  return parsed(await readAll(request));
}

function parsed(content: Buffer): unknown {
  return content.length === 0 ? {} : parse(content.toString("utf8"));
}

/** By events: an async iterator costs more than all else that this does. */
function readAll(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const isGone = (): void => {
      reject(new Error("the client went away in mid-request"));
    };
    if (request.destroyed) isGone();
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_BYTES) reject(refuse(413, { detail: "Request body exceeded the limit." }));
      else chunks.push(chunk);
    });
    request.once("end", () => {
      // A request closes after its end too, and an error with its stack is not free.
      request.off("close", isGone);
      resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks));
    });
    request.once("error", reject);
    request.once("close", isGone);
  });
}

/** Deeper than anything that the API takes; what nests without end breaks whoever walks it. */
const MAX_DEPTH = 64;

function parse(text: string): unknown {
  const value = parseJson(text);
  if (depthOf(value, MAX_DEPTH) > MAX_DEPTH) {
    throw refuse(400, { detail: `JSON parse error - nested deeper than ${String(MAX_DEPTH)}.` });
  }
  return value;
}

/** How deep a value nests, looking no deeper than one beyond `most`. */
function depthOf(value: unknown, most: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (most === 0) return 1;
  let deepest = 0;
  for (const inner of Object.values(value)) {
    deepest = Math.max(deepest, depthOf(inner, most - 1));
    if (deepest >= most) break;
  }
  return deepest + 1;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? "0");
    const before = text.slice(0, position).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    const at = `line ${String(before.length)} column ${String(column)} (char ${String(position)})`;
    throw refuse(400, { detail: `JSON parse error - Expecting value: ${at}` });
  }
}
