// The user's lines of globs, checked and brought to one form: POSIX, relative to the root.
// Knows the root's name, never what is in it.
import { type InputProblem, messageOf } from "../../../errors";
import { boundProblem, countAlternatives, maxLines, maxPairs } from "./pattern-bounds";
import { isHomePath, NO_HOME, withHome } from "../../../home-path";
import { shown } from "../../../text";
import { globLibrary } from "../glob-library";

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
  /** All parts that are written out, in lower case: these names are meant, also where they are known as junk. */
  readonly writtenParts: ReadonlySet<string>;
}

/** A line that takes away. */
export interface Removal {
  /** As the user wrote it. */
  readonly pattern: string;
  /** For fast-glob, relative to the root. */
  readonly globs: readonly string[];
  readonly hiddenParts: ReadonlySet<string>;
}

export interface Patterns {
  readonly lines: readonly PatternLine[];
  /** What is taken away, for fast-glob. */
  readonly ignore: readonly string[];
  /** The same, line by line. */
  readonly removals: readonly Removal[];
  readonly problems: readonly InputProblem[];
}

interface PatternOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Absolute names of the root, as given and with its links resolved: either may begin an absolute pattern. */
  readonly roots: readonly string[];
  /** The system's separator: with `\`, every backslash in a pattern is a separator; with `/`, it escapes. */
  readonly separator: "/" | "\\";
  /** What `~` at the start of a pattern stands for, if that is known. */
  readonly home: string | undefined;
}

/**
 * Reads the lines. `!` in front of an include line takes away, and so does each line of `exclude`; the order of lines says
 * nothing. Problems are returned, not thrown, so that they can be reported together with others.
 */
export function parsePatterns(options: PatternOptions): Patterns {
  const count = options.include.length + options.exclude.length;
  if (count > maxLines) return refused(`There are ${count} lines, more than ${maxLines}.`);
  const problems: InputProblem[] = [];
  const lines: PatternLine[] = [];
  const removals: Removal[] = [];
  const read = (input: string, pattern: string, text: string): string | undefined => {
    const result = normalize(text, options);
    if ("problem" in result)
      problems.push({ input: `${input} ${named(pattern)}`, text: result.problem });
    return "glob" in result ? result.glob : undefined;
  };
  for (const pattern of options.include) {
    const takesAway = isNegative(pattern);
    const glob = read("include", pattern, takesAway ? pattern.slice(1) : pattern);
    if (glob === undefined) continue;
    if (takesAway) removals.push(removalOf(pattern, glob));
    else lines.push(lineOf(pattern, glob));
  }
  for (const pattern of options.exclude) {
    const glob = read("exclude", pattern, isNegative(pattern) ? pattern.slice(1) : pattern);
    if (glob !== undefined) removals.push(removalOf(pattern, glob));
  }
  if (lines.length === 0 && problems.length === 0) {
    problems.push({ input: "include", text: "No line selects files." });
  }
  const ignore = removals.flatMap(({ globs }) => globs);
  const pairs = alternativesOf(lines.map(({ glob }) => glob)) * alternativesOf(ignore);
  if (problems.length === 0 && pairs > maxPairs) {
    const text = `The lines that include files, combined with those that exclude files, make ${pairs} pairs of globs, more than ${maxPairs}: use fewer lines.`;
    problems.push({ input: "include", text });
  }
  return { lines, ignore, removals, problems };
}

function refused(text: string): Patterns {
  return { lines: [], ignore: [], removals: [], problems: [{ input: "include", text }] };
}

function alternativesOf(globs: readonly string[]): number {
  return globs.reduce((sum, glob) => sum + countAlternatives(glob), 0);
}

const maxNamed = 200;

/** A line in a message: one that is too long only by its start. */
function named(pattern: string): string {
  return shown(pattern.length > maxNamed ? `${pattern.slice(0, maxNamed)}…` : pattern);
}

/** `!(a|b)` is an extended glob and takes nothing away: as fast-glob has it. */
function isNegative(pattern: string): boolean {
  return pattern.startsWith("!") && !pattern.startsWith("!(");
}

// A folder means everything in it, also when it is taken away, by name or by glob.
function withContents(glob: string): string[] {
  return glob.endsWith("/**") || glob === "**" ? [glob] : [glob, `${glob}/**`];
}

function removalOf(pattern: string, glob: string): Removal {
  return { pattern, globs: withContents(glob), hiddenParts: hiddenPartsOf(glob) };
}

function writtenPartsOf(glob: string): readonly string[] {
  return glob.split("/").flatMap((part) => literalOf(part) ?? []);
}

function hiddenPartsOf(glob: string): ReadonlySet<string> {
  return new Set(writtenPartsOf(glob).filter((part) => part.startsWith(".")));
}

function lineOf(pattern: string, glob: string): PatternLine {
  const literal = literalOf(glob);
  return {
    pattern,
    glob,
    ...(literal === undefined ? {} : { literal }),
    hiddenParts: hiddenPartsOf(glob),
    writtenParts: new Set(writtenPartsOf(glob).map((part) => part.toLowerCase())),
  };
}

/** The path that a pattern without wildcards stands for, its escapes taken out. */
function literalOf(glob: string): string | undefined {
  const bare = glob.replace(/\\./gs, "x");
  return bare === "" || isDynamic(bare) ? undefined : glob.replace(/\\(.)/gs, "$1");
}

/** Of nearly all it is plain, and the library need not be read to be asked. */
function isDynamic(bare: string): boolean {
  return /[*?]/.test(bare) || (!/^[\w./ -]+$/.test(bare) && globLibrary().isDynamicPattern(bare));
}

function normalize(text: string, options: PatternOptions): { glob: string } | { problem: string } {
  const pattern = options.separator === "\\" ? text.replaceAll("\\", "/") : text;
  const bound = boundProblem(pattern);
  if (bound !== undefined) return { problem: bound };
  if (pattern.trim() === "") return { problem: "The line is empty." };
  if (pattern.includes("\0")) return { problem: "It contains a NUL character." };
  // Of the alternatives too: `{!a,b}` would become a line that takes away.
  if (isNegative(pattern) || /^\{(?:[^{}]*,)?!(?!\()/.test(pattern)) {
    return {
      problem: 'It starts with "!!": use one "!" to exclude, or "\\!" for a literal "!".',
    };
  }
  const { home } = options;
  if (home === undefined && isHomePath(pattern)) return { problem: NO_HOME };
  const isInHome = home !== undefined && isHomePath(pattern);
  const full = isInHome ? withHome(pattern, globOfPath(home, options)) : pattern;
  const relative = isAbsolute(full) ? withinRoots(full, options) : full;
  if (relative === undefined) {
    return { problem: `It is outside the root ${options.roots[0] ?? ""}.` };
  }
  // Also as an alternative: `{..,a}/b` becomes `../b` when its braces are expanded.
  if (/(?:^|[/{,|(])\.\.(?:$|[/},|)])/.test(relative)) {
    return { problem: '".." leads out of the root: write paths that start at the root.' };
  }
  const parts = relative.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.length === 0) return { glob: "**" };
  return readable(relative.endsWith("/") ? `${parts.join("/")}/**` : parts.join("/"));
}

/** What the library can't read is the line's fault, and is found before the disk is. */
function readable(glob: string): { glob: string } | { problem: string } {
  // Here there is nothing to refuse, and to ask the library would compile most of its code.
  if (/^[\w*./ -]+$/.test(glob)) return { glob };
  try {
    globLibrary().generateTasks(glob);
    return { glob };
  } catch (error) {
    return { problem: `It can't be read as a glob: ${messageOf(error)}.` };
  }
}

/** The home folder as a pattern that matches it alone. */
function globOfPath(home: string, { separator }: PatternOptions): string {
  return globLibrary().posix.escapePath(separator === "\\" ? home.replaceAll("\\", "/") : home);
}

function isAbsolute(pattern: string): boolean {
  return pattern.startsWith("/") || /^[A-Za-z]:\//.test(pattern);
}

function withinRoots(pattern: string, options: PatternOptions): string | undefined {
  const isWindows = options.separator === "\\";
  const fold = (path: string): string => (isWindows ? path.toLowerCase() : path);
  for (const root of options.roots) {
    const posix = isWindows ? root.replaceAll("\\", "/") : root;
    const escaped = globLibrary().posix.escapePath(posix);
    for (const form of [posix, escaped]) {
      const start = form.endsWith("/") ? form : `${form}/`;
      if (fold(`${pattern}/`) === fold(start)) return ".";
      if (fold(pattern).startsWith(fold(start))) return pattern.slice(start.length);
    }
  }
  return undefined;
}
