// One line of an ignore file as a rule, as git reads it (gitignore(5), git's wildmatch.c). Pure; knows nothing of folders' files.
// Not by the npm package `ignore`: its version 5 knows no `[!a]`, and none says which line decided.

export interface IgnoreRule {
  /** `!`: what an earlier rule took stays. */
  readonly isBack: boolean;
  /** A slash at the end: it is about folders alone. */
  readonly isForFolders: boolean;
  /** For a path relative to the folder of the rule's file. */
  readonly expression: RegExp;
}

/** `undefined` for a line that is not a rule: empty, a comment, or one that git can't match. */
export function readIgnoreRule(line: string): IgnoreRule | undefined {
  if (line.startsWith("#")) return undefined;
  const text = withoutBlankEnd(line);
  const isBack = text.startsWith("!");
  const body = isBack ? text.slice(1) : text;
  const isForFolders = body.endsWith("/");
  const bare = isForFolders ? body.slice(0, -1) : body;
  if (bare === "") return undefined;
  const source = sourceOf(bare.startsWith("/") ? bare.slice(1) : bare);
  if (source === undefined) return undefined;
  // Without a slash it is about a name, wherever that is.
  const start = bare.includes("/") ? "^" : "^(?:.*/)?";
  return { isBack, isForFolders, expression: new RegExp(`${start}${source}$`, "su") };
}

/** Blanks at the end go, unless the last one is escaped. */
function withoutBlankEnd(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === " ") end -= 1;
  const isEscaped = end < line.length && /(?:^|[^\\])(?:\\\\)*\\$/.test(line.slice(0, end));
  return line.slice(0, isEscaped ? end + 1 : end);
}

// In this order: an escape, stars with the slashes that make them folders, one character, a class, what stands for itself.
const TOKEN =
  /\\(.)|(?<=^|\/)\*\*\/|\/\*\*$|\*+|\?|\[([!^]?)(\]?(?:\\.|\[:\w+:\]|[^\]\\])*)\]|(.)/gsu;

/** `undefined` where git matches nothing: a class that does not end, a backslash at the end. */
function sourceOf(glob: string): string | undefined {
  let source = "";
  let isSound = true;
  for (const [token, escaped, negation, members, other] of glob.matchAll(TOKEN)) {
    if (escaped !== undefined) source += literal(escaped);
    else if (token === "**/") source += "(?:.*/)?";
    else if (token === "/**") source += "/.+";
    else if (token.startsWith("*")) source += "[^/]*";
    else if (token === "?") source += "[^/]";
    else if (members !== undefined) source += classOf(negation !== "", members);
    else if (other === "[" || other === "\\") isSound = false;
    else source += literal(other ?? "");
  }
  return isSound ? source : undefined;
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
}

const POSIX: ReadonlyMap<string, string> = new Map([
  ["alnum", "a-zA-Z0-9"],
  ["alpha", "a-zA-Z"],
  ["blank", " \\t"],
  ["cntrl", "\\x00-\\x1f\\x7f"],
  ["digit", "0-9"],
  ["graph", "\\x21-\\x7e"],
  ["lower", "a-z"],
  ["print", "\\x20-\\x7e"],
  ["punct", "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e"],
  ["space", "\\s"],
  ["upper", "A-Z"],
  ["xdigit", "0-9a-fA-F"],
]);

/** A class never stands for a slash. A range that runs backwards is empty. */
function classOf(isNegative: boolean, members: string): string {
  const parts: string[] = [];
  const tokens = members.matchAll(/\[:(\w+):\]|(?:\\(.)|(.))(?:-(?:\\(.)|(.)))?/gsu);
  for (const [, name, escapedFrom, plainFrom, escapedTo, plainTo] of tokens) {
    const from = escapedFrom ?? plainFrom ?? "";
    const to = escapedTo ?? plainTo ?? from;
    if (name !== undefined) parts.push(POSIX.get(name) ?? "");
    else if (code(from) <= code(to)) parts.push(`${code16(from)}-${code16(to)}`);
  }
  return `(?!/)[${isNegative ? "^" : ""}${parts.join("")}]`;
}

function code(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function code16(character: string): string {
  return `\\u{${code(character).toString(16)}}`;
}
