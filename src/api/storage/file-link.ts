// Where a file on the API's own origin really is, when what comes is not the file but a link to it: a redirect, or JSON
// that says so (docs/api.md, "Exports"). Opens nothing.
import { AvalaError } from "../../errors";
import { isRecord } from "../../json";
import type { HttpStream } from "../transport/transport";

// A presigned URL has about 1 kB; an export of this size is read through the same way, and kept.
const maxLinkBytes = 64 * 1024;

/** What a JSON object that is a link, and not an export, leads to; `undefined` for everything else. */
function linkIn(json: unknown): string | undefined {
  if (!isRecord(json)) return undefined;
  const { download_url: link, url } = json;
  // An export's own record, or a part of it. Where it has no link yet, it leads nowhere.
  if ("download_url" in json) return typeof link === "string" ? link : "";
  const isPlain = Object.values(json).every((value) => typeof value !== "object" || value === null);
  return typeof url === "string" && isPlain ? url : undefined;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

async function* joined(
  head: readonly Buffer[],
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    yield* head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** The reply as it came, or the link that it is: no more is read than a link has. */
export async function readLink(
  reply: HttpStream,
): Promise<{ readonly link: string } | { readonly file: HttpStream }> {
  const chunks = reply.body[Symbol.asyncIterator]();
  const head: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) break;
    head.push(next.value);
    bytes += next.value.length;
    const isObject = /^[\s\ufeff]*(?:\{|$)/.test(head[0]?.subarray(0, 64).toString("utf8") ?? "");
    if (bytes > maxLinkBytes || !isObject)
      return { file: { ...reply, body: joined(head, chunks) } };
  }
  const link = linkIn(parsed(Buffer.concat(head)));
  return link === undefined
    ? { file: { ...reply, body: joined(head, chunks) } }
    : { link: requireLink(link) };
}

function requireLink(link: string): string {
  // A path would lead to the API again, which has just said that the file is elsewhere.
  if (URL.canParse(link)) return link;
  throw new AvalaError(
    "bad_reply",
    "The API returned a link instead of a file, but the link does not work.",
    {
      hint: "Run again later; if it persists, check the export in Avala's dashboard.",
    },
  );
}
