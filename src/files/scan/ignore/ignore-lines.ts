// One folder's `.avalaignore` as rules. Reads this file, and knows nothing of what they take.
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { InputProblem } from "../../../errors";
import { shown } from "../../../text";
import { codeOf } from "../entries";
import { readIgnoreRule, type IgnoreRule } from "./ignore-rule";
import { boundProblem } from "../patterns/pattern-bounds";
import { IGNORE_FILE, type Tree } from "../tree";

export interface IgnoreLine extends IgnoreRule {
  /** The path of its file, relative to the root. */
  readonly file: string;
  readonly pattern: string;
}

interface IgnoreLines {
  readonly lines: readonly IgnoreLine[];
  readonly problems: readonly InputProblem[];
}

const maxBytes = 256 * 1024;

const NOTHING: IgnoreLines = { lines: [], problems: [] };

/** What cannot be read is a problem: without its rules, files would be sent that must not be. */
export function readIgnoreLines(tree: Tree, folder: string): IgnoreLines {
  const entry = tree.list(folder)?.entries.get(IGNORE_FILE);
  if (entry === undefined || entry.isDirectory()) return NOTHING;
  const file = folder === "" ? IGNORE_FILE : `${folder}/${IGNORE_FILE}`;
  const refused = (text: string): IgnoreLines => ({
    lines: [],
    problems: [{ input: shown(file), text }],
  });
  if (entry.bar !== undefined) return refused(`Its rules can't be read. ${entry.bar.text}`);
  const read = readLines(join(tree.root, file));
  if ("problem" in read) return refused(read.problem);
  for (const pattern of read.lines) {
    const text = boundProblem(pattern);
    if (text === undefined) continue;
    return refused(`The line ${shown(pattern.slice(0, 200))} can't be used. ${text}`);
  }
  const lines = read.lines.flatMap((pattern) => {
    const rule = readIgnoreRule(pattern);
    return rule === undefined ? [] : [{ file, pattern, ...rule }];
  });
  return { lines, problems: [] };
}

type Read = { readonly lines: readonly string[] } | { readonly problem: string };

/** Opened without waiting: what lies there may be a pipe. */
function readLines(path: string): Read {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(handle);
    if (!stats.isFile()) return { problem: "It is not a file." };
    if (stats.size > maxBytes) return { problem: `It has more than ${maxBytes} bytes.` };
    const text = readFileSync(handle, "utf8").replace(/^\uFEFF/, "");
    return { lines: text.split(/\r?\n/).filter((line) => !line.startsWith("#")) };
  } catch (error) {
    return { problem: `It can't be read (${codeOf(error)}).` };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
