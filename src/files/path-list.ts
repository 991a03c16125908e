// A file that lists paths, as other programs write one: lines, paths between NUL characters (`-z`), or a JSON array.
// Pure; knows nothing of what the paths are relative to, nor whether anything is there.

export interface PathList {
  readonly form: "lines" | "nul" | "json";
  readonly paths: readonly string[];
}

/** Reads the bytes of a list. A line in Git's quotes stands for the name in it; between NULs and in JSON nothing is quoted. */
export function readPathList(bytes: Uint8Array): PathList {
  const text = decoded(bytes);
  // A line's end after the last NUL is of whoever wrote the list.
  if (text.includes("\0"))
    return { form: "nul", paths: filled(text.replace(/\0\r?\n$/, "\0").split("\0")) };
  const json = readJson(text);
  if (json !== undefined) return { form: "json", paths: filled(json) };
  // tj-actions/changed-files escapes line breaks, too; no name ends in a backslash.
  const lines = text.split(/\\?\r?\n/).filter((line) => line.trim() !== "");
  return { form: "lines", paths: lines.map(unquoted) };
}

function filled(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path !== "");
}

/** The mark in front is not part of the text. */
function decoded(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Windows PowerShell 5 writes what `>` takes as UTF-16, with its mark in front; other programs write UTF-16 without one. */
function encodingOf(bytes: Uint8Array): "utf-16le" | "utf-16be" | "utf-8" {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (bytes.length % 2 !== 0) return "utf-8";
  if (hasWide(bytes, 1)) return "utf-16le";
  return first === 0 && hasWide(bytes, 0) ? "utf-16be" : "utf-8";
}

// Lists of names can hardly do without one of these, and as a path between NULs, after another one, none of them makes sense.
const WIDE = new Set([..."\n\r/."].map((character) => character.charCodeAt(0)));

/** Whether one of these characters is two bytes, with a NUL at `high`, and the one before it too. */
function hasWide(bytes: Uint8Array, high: 0 | 1): boolean {
  for (let at = 2; at + 1 < bytes.length; at += 2) {
    const isPair = bytes[at + high] === 0 && bytes[at + high - 2] === 0;
    if (isPair && WIDE.has(bytes[at + 1 - high] ?? 0)) return true;
  }
  return false;
}

/** A first name may begin with a bracket, so that only a whole array of texts is one. */
function readJson(text: string): readonly string[] | undefined {
  if (!/^\s*\[/.test(text)) return undefined;
  // Escaped for a shell, too, it has backslashes before what JSON has none before.
  return parsed(text) ?? parsed(text.replace(/\\(?![\\"/bfnrtu])/g, ""));
}

function parsed(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isList = Array.isArray(value) && value.every((one) => typeof one === "string");
    return isList ? value : undefined;
  } catch {
    return undefined;
  }
}

const ESCAPES: Readonly<Record<string, number>> = {
  ...{ a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 },
  ...{ '"': 34, "\\": 92 },
};

// All of the line, or it is a name as it stands: Git quotes one that holds a quote.
const QUOTED = /^"(?:[^"\\]|\\[abtnvfr"\\]|\\[0-3][0-7]{2})*"$/;

/** The name in a line as Git writes one with `core.quotePath`: `"caf\303\251.jpg"`. Any other line is the name. */
export function unquoted(line: string): string {
  if (!QUOTED.test(line)) return line;
  const bytes: number[] = [];
  for (const [token] of line.slice(1, -1).matchAll(/\\[0-7]{3}|\\.|[^\\]+/gs)) {
    if (!token.startsWith("\\")) bytes.push(...Buffer.from(token));
    else bytes.push(ESCAPES[token.slice(1)] ?? Number.parseInt(token.slice(1), 8));
  }
  return Buffer.from(bytes).toString("utf8");
}
