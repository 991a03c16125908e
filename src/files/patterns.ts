// The user's lines of globs, checked and brought to one form: POSIX, relative to the root.
// Knows the root's name, never what is in it.
import fastGlob from "fast-glob";
import type { InputProblem } from "../errors";
import { shown } from "./names";

/** One line of `include` that chooses files. */
export interface PatternLine {
  /** As the user wrote it. */
  readonly pattern: string;
  /** For fast-glob, relative to the root. */
  readonly glob: string;
  /** The path that a line without wildcards names in full. */
  readonly literal?: string;
  /** Parts that start with a dot and are written out: these hidden names are meant. */
  readonly hiddenParts: ReadonlySet<string>;
}

export interface Patterns {
  readonly lines: readonly PatternLine[];
  /** What is taken away, for fast-glob. */
  readonly ignore: readonly string[];
  readonly problems: readonly InputProblem[];
}

export interface PatternOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Absolute names of the root, as given and with its links resolved: either may begin an absolute pattern. */
  readonly roots: readonly string[];
  /** The system's separator: with `\`, every backslash in a pattern is a separator; with `/`, it escapes. */
  readonly separator: "/" | "\\";
}

/**
 * Reads the lines. `!` in front of an include line takes away, and so does each line of `exclude`; the order of lines says
 * nothing. Problems are returned, not thrown, so that they can be told together with others.
 */
export function parsePatterns(options: PatternOptions): Patterns {
  const problems: InputProblem[] = [];
  const lines: PatternLine[] = [];
  const ignore: string[] = [];
  const read = (input: string, pattern: string, text: string): string | undefined => {
    const result = normalize(text, options);
    if ("problem" in result)
      problems.push({ input: `${input} ${shown(pattern)}`, text: result.problem });
    return "glob" in result ? result.glob : undefined;
  };
  for (const pattern of options.include) {
    const takesAway = isNegative(pattern);
    const glob = read("include", pattern, takesAway ? pattern.slice(1) : pattern);
    if (glob === undefined) continue;
    if (takesAway) ignore.push(...withContents(glob));
    else lines.push(lineOf(pattern, glob));
  }
  for (const pattern of options.exclude) {
    const glob = read("exclude", pattern, isNegative(pattern) ? pattern.slice(1) : pattern);
    if (glob !== undefined) ignore.push(...withContents(glob));
  }
  if (lines.length === 0 && problems.length === 0) {
    problems.push({ input: "include", text: "No line says which files to take." });
  }
  return { lines, ignore, problems };
}

/** `!(a|b)` is an extended glob and takes nothing away: as fast-glob has it. */
function isNegative(pattern: string): boolean {
  return pattern.startsWith("!") && !pattern.startsWith("!(");
}

// A folder means everything in it, also when it is taken away, by name or by glob.
function withContents(glob: string): string[] {
  return glob.endsWith("/**") || glob === "**" ? [glob] : [glob, `${glob}/**`];
}

function lineOf(pattern: string, glob: string): PatternLine {
  const literal = literalOf(glob);
  const hidden = glob.split("/").flatMap((part) => literalOf(part) ?? []);
  return {
    pattern,
    glob,
    ...(literal === undefined ? {} : { literal }),
    hiddenParts: new Set(hidden.filter((part) => part.startsWith("."))),
  };
}

/** The path that a pattern without wildcards stands for, its escapes taken out. */
function literalOf(glob: string): string | undefined {
  const bare = glob.replace(/\\./gs, "x");
  return bare === "" || fastGlob.isDynamicPattern(bare) ? undefined : glob.replace(/\\(.)/gs, "$1");
}

function normalize(text: string, options: PatternOptions): { glob: string } | { problem: string } {
  const pattern = options.separator === "\\" ? text.replaceAll("\\", "/") : text;
  if (pattern.trim() === "") return { problem: "The line is empty." };
  if (pattern.includes("\0")) return { problem: "It holds a NUL character." };
  const relative = isAbsolute(pattern) ? withinRoots(pattern, options) : pattern;
  if (relative === undefined) {
    return { problem: `It is outside the root ${options.roots[0] ?? ""}.` };
  }
  // Also as an alternative: `{..,a}/b` becomes `../b` when its braces are expanded.
  if (/(?:^|[/{,|(])\.\.(?:$|[/},|)])/.test(relative)) {
    return { problem: '".." leads out of the root: name the files from the root down.' };
  }
  const parts = relative.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0) return { glob: "**" };
  return { glob: relative.endsWith("/") ? `${parts.join("/")}/**` : parts.join("/") };
}

function isAbsolute(pattern: string): boolean {
  return pattern.startsWith("/") || /^[A-Za-z]:\//.test(pattern);
}

function withinRoots(pattern: string, options: PatternOptions): string | undefined {
  const isWindows = options.separator === "\\";
  const fold = (path: string): string => (isWindows ? path.toLowerCase() : path);
  for (const root of options.roots) {
    const posix = isWindows ? root.replaceAll("\\", "/") : root;
    const escaped = fastGlob.posix.escapePath(posix);
    for (const form of [posix, escaped]) {
      const start = form.endsWith("/") ? form : `${form}/`;
      if (fold(`${pattern}/`) === fold(start)) return ".";
      if (fold(pattern).startsWith(fold(start))) return pattern.slice(start.length);
    }
  }
  return undefined;
}
