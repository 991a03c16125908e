// Slips in how a line was written: quotes, commas, variables and the like. Pure.
import { shown } from "../../../text";
import { unquoted } from "../../path-list";
import type { DiskView } from "../disk-view";

/** The line, if it would match something. */
function working(line: string, { matches }: DiskView): string | undefined {
  return line !== "" && matches(line).length > 0 ? line : undefined;
}

export function octal(line: string): string | undefined {
  const name = unquoted(line);
  if (name === line || !/\\[0-3][0-7]{2}/.test(line)) return undefined;
  return `it is the name ${shown(name)} as Git quotes it; write the name, or let Git write it with -z or core.quotePath=false`;
}

const QUOTES: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "`": "`",
  "“": "”",
  "‘": "’",
};

export function quotes(line: string): string | undefined {
  const end = QUOTES[line.charAt(0)];
  if (line.length < 3 || end === undefined || !line.endsWith(end)) return undefined;
  return `it is in quotes, which count as part of the name here; write ${shown(line.slice(1, -1))}`;
}

export function listMarker(line: string): string | undefined {
  const bare = /^-\s+(.+)$/.exec(line)?.[1];
  return bare === undefined
    ? undefined
    : `it starts like an entry of a YAML list, but this is one text; write ${shown(bare)}`;
}

export function comment(line: string, disk: DiskView): string | undefined {
  const bare = /^(.*?)\s+#/.exec(line)?.[1];
  return bare === undefined || working(bare, disk) === undefined
    ? undefined
    : `a comment needs its own line; write ${shown(bare)}`;
}

export function separated(line: string, disk: DiskView): string | undefined {
  for (const [what, parts] of [
    ["commas", line.split(/\s*,\s*/)],
    ["spaces", line.split(/\s+/)],
  ] as const) {
    if (parts.length < 2 || !parts.some((part) => working(part, disk) !== undefined)) continue;
    return `it has ${what} between several globs; write one per line`;
  }
  return undefined;
}

const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["HOME", "~"],
  ["USERPROFILE", "~"],
  ["GITHUB_WORKSPACE", "a path relative to root"],
]);

export function variable(line: string): string | undefined {
  const [found, plain, windows] =
    /\$(?:env:)?\{?([A-Za-z_]\w*)\}?|%([A-Za-z_]\w*)%/.exec(line) ?? [];
  const name = plain ?? windows;
  if (found === undefined || name === undefined) return undefined;
  const instead = INSTEAD.get(name.toUpperCase()) ?? "its value";
  return `it is not read by a shell, so ${shown(found)} is not expanded; write ${instead}`;
}

export function otherHome(line: string): string | undefined {
  const user = /^~[^/\\]+(?=[/\\])/.exec(line)?.[0];
  return user === undefined
    ? undefined
    : `${shown(user)} is not expanded: only a plain ~ is a home folder`;
}

export function backslashes(line: string, disk: DiskView): string | undefined {
  if (disk.separator === "\\" || !line.includes("\\")) return undefined;
  const plain = working(line.replaceAll("\\", "/"), disk);
  return plain === undefined
    ? undefined
    : `a backslash separates folders on Windows only; write ${shown(plain)}`;
}

/** Paths that begin above the root, as those of a repository do where the root is a folder of it. */
export function fromAboveRoot(line: string, disk: DiskView): string | undefined {
  const above = disk.root.split(/[\\/]/).filter((part) => part !== "");
  for (let from = above.length - 1; from >= 0; from -= 1) {
    const start = `${above.slice(from).join("/")}/`;
    if (!line.startsWith(start)) continue;
    const rest = working(line.slice(start.length), disk);
    if (rest !== undefined)
      return `lines are relative to root, which is that folder; write ${shown(rest)}`;
  }
  return undefined;
}

/** The line with its brackets as characters of a name. On Windows a backslash escapes nothing, but a set of one does. */
function escaped(line: string, { separator }: DiskView): string {
  return line.replace(/[[\](){}]/g, (found) => (separator === "/" ? `\\${found}` : `[${found}]`));
}

export function brackets(line: string, disk: DiskView): string | undefined {
  if (!/[[({]/.test(line)) return undefined;
  const literal = working(escaped(line, disk), disk);
  return literal === undefined
    ? undefined
    : `its brackets are part of a name on disk, but have a meaning in a glob; write ${shown(literal)}`;
}
