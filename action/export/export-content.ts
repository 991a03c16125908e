// What an export's file is, judged by its bytes, and whether it is whole. A page of an error that came with 200 is refused
// by what it is. Knows nothing of where the file came from or goes to.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { AvalaError } from "../../src/errors";
import { cancelled } from "../../src/flow/clock";
import { printable } from "../../src/redact";
import { createJsonCheck } from "./json-check";

type ExportKind = "zip" | "json";

const HEAD_BYTES = 4_096;
const MAX_SHOWN = 120;
const CHUNK_BYTES = 1024 * 1024;

const HINT =
  "The file was not kept. Run the step again; if this happens again, check the export in the dashboard.";

/**
 * Told by the first bytes, for neither its name nor its URL may say (contract, "Exports").
 * @throws AvalaError `bad_reply` for what is neither, by what it is
 */
export async function kindOf(file: string): Promise<ExportKind> {
  const head = await readHead(file);
  const start = head.subarray(0, 64).toString("latin1");
  // A local file header, or the end of an archive without files.
  if (start.startsWith("PK\x03\x04") || start.startsWith("PK\x05\x06")) return "zip";
  if (/^(?:\xef\xbb\xbf)?\s*[[{]/.test(start)) return "json";
  throw new AvalaError(
    "bad_reply",
    `The export's file is ${describe(head)}, not JSON or a zip archive.`,
    { hint: HINT },
  );
}

/**
 * `jsonl` for several values, one on each line.
 * @throws AvalaError `bad_reply` for what is not JSON; `cancelled`
 */
export async function checkJson(file: string, signal: AbortSignal): Promise<"json" | "jsonl"> {
  const check = createJsonCheck();
  let problem: string | undefined;
  try {
    const stream = createReadStream(file, { signal, highWaterMark: CHUNK_BYTES });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      problem = check.push(chunk);
      if (problem !== undefined) break;
    }
  } catch (error) {
    if (signal.aborted) throw cancelled("Checking the export");
    throw error;
  }
  problem ??= check.end();
  if (problem === undefined) return check.isLines ? "jsonl" : "json";
  throw new AvalaError("bad_reply", `The export's file is not valid JSON: ${problem}.`, {
    hint: HINT,
  });
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** `an HTML page ("Sign in")`, `an XML document (<Error>, AccessDenied)`: what a reader can look for. */
function describe(head: Buffer): string {
  if (head.length === 0) return "empty";
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip data";
  const text = head
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .trimStart();
  if (/^(?:<!--[^]*?-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(text)) {
    return `an HTML page${inQuotes(/<title[^>]*>([^<]*)/i.exec(text)?.[1])}`;
  }
  if (text.startsWith("<")) {
    const root = /<([A-Za-z][\w.:-]*)/.exec(text)?.[1] ?? "";
    const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1];
    return `an XML document${inQuotes([root, code].filter(Boolean).join(", "))}`;
  }
  // oxlint-disable-next-line no-control-regex -- what a text does not hold
  return /[\u0000-\u0008\ufffd]/.test(text) ? "other data" : `text${inQuotes(text)}`;
}

function inQuotes(text: string | undefined): string {
  const shown = printable(text ?? "", MAX_SHOWN);
  return shown === "" ? "" : ` (${JSON.stringify(shown)})`;
}
