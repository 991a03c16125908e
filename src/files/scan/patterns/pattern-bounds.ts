// Bounds on what a glob may ask for, so that reading it and matching by it end soon whatever files are called.
// Pure; knows the syntax of globs and nothing of files.

/** PATH_MAX of Linux: no path that a longer line could match can be opened. */
const maxLineCharacters = 4096;
/** As many as the library that expands ranges takes. Each alternative becomes a regular expression. */
const maxAlternatives = 1000;
/** Lists of changed files that other Actions write have some thousands. */
export const maxLines = 10_000;
/** Each line is matched against each alternative that takes away: 1,000,000 compile in about 10 s. */
export const maxPairs = 1_000_000;
const maxNesting = 10;
/** A name of 200 letters is matched in 3 s by four `*` in one part of a path, and in minutes by five. */
const maxWildcards = 4;

/** Why a line can't be used as a glob; `undefined` when it can. */
export function boundProblem(pattern: string): string | undefined {
  if (pattern.length > maxLineCharacters) {
    return `It has ${pattern.length} characters, more than the ${maxLineCharacters} that a line may have.`;
  }
  const text = nestingProblem(pattern);
  if (text !== undefined) return text;
  const read = readAlternatives(pattern);
  return "problem" in read ? read.problem : wildcardProblem(read.alternatives);
}

/** How many patterns without braces a line stands for. Of one that {@link boundProblem} refuses, only that it is too many. */
export function countAlternatives(pattern: string): number {
  const read = readAlternatives(pattern);
  return "problem" in read ? maxAlternatives : read.alternatives.length;
}

function nestingProblem(pattern: string): string | undefined {
  let depth = 0;
  for (const [token] of pattern.matchAll(/\\.|[{}()]/gs)) {
    if (token === "{" || token === "(") depth += 1;
    else if (token === "}" || token === ")") depth = Math.max(0, depth - 1);
    if (depth > maxNesting) {
      return `Its braces and parentheses are nested deeper than ${maxNesting} levels.`;
    }
  }
  return undefined;
}

function wildcardProblem(alternatives: readonly string[]): string | undefined {
  const tooMany = (text: string): boolean => (text.match(/\*/g) ?? []).length > maxWildcards;
  for (const alternative of alternatives) {
    const parts = alternative.split("/");
    if (parts.filter((part) => part.includes("**")).length > maxWildcards) {
      return `It has "**" in more than ${maxWildcards} places.`;
    }
    if (parts.some((part) => tooMany(part.replace(/\*+/g, "*")))) {
      return `It has more than ${maxWildcards} wildcards of any length (*, +(…), !(…)) in one part of the path, and could take hours to match.`;
    }
  }
  return undefined;
}

type Read = { readonly alternatives: readonly string[] } | { readonly problem: string };

class Refusal extends Error {}

/**
 * What a pattern stands for, simplified: classes and escaped characters as one character, groups as each of their
 * alternatives, those that repeat as one `(*)`.
 */
function readAlternatives(pattern: string): Read {
  try {
    return { alternatives: sequence(pattern) };
  } catch (error) {
    if (error instanceof Refusal) return { problem: error.message };
    throw error;
  }
}

// An escape, a class, or the opening of braces or a group.
const TOKEN = /\\.?|\[(?:!|\^)?\]?(?:\[:\w+:\]|[^\]])*\]|\{|[@?!+*]?\(/gs;

function sequence(pattern: string): string[] {
  let made = [""];
  let at = 0;
  const add = (texts: readonly string[]): void => {
    if (made.length * texts.length > maxAlternatives) {
      throw new Refusal(`It expands to more than ${maxAlternatives} alternatives.`);
    }
    made = made.flatMap((start) => texts.map((text) => start + text));
  };
  TOKEN.lastIndex = 0;
  for (const match of pattern.matchAll(TOKEN)) {
    if (match.index < at) continue;
    const [token] = match;
    add([pattern.slice(at, match.index)]);
    at = match.index + token.length;
    const isGroup = token.endsWith("(");
    if (!isGroup && token !== "{") {
      add(["x"]);
      continue;
    }
    const inner = enclosed(pattern, at, isGroup ? ")" : "}");
    if (inner === undefined) {
      add([token]);
      continue;
    }
    at += inner.length + 1;
    add(isGroup ? group(token, inner) : braces(inner));
  }
  add([pattern.slice(at)]);
  return made;
}

/** What stands between an opening at `from` and the `end` that closes it. */
function enclosed(pattern: string, from: number, end: "}" | ")"): string | undefined {
  let depth = 1;
  const open = end === ")" ? "(" : "{";
  for (let at = from; at < pattern.length; at += 1) {
    const character = pattern[at];
    if (character === "\\") at += 1;
    else if (character === open) depth += 1;
    else if (character === end) depth -= 1;
    if (depth === 0) return pattern.slice(from, at);
  }
  return undefined;
}

function braces(inner: string): readonly string[] {
  const parts = split(inner, ",");
  if (parts.length > 1) return parts.flatMap(sequence);
  const [, from, to, step = "1"] = /^(-?\d+|.)\.\.(-?\d+|.)(?:\.\.(-?\d+))?$/su.exec(inner) ?? [];
  if (from === undefined || to === undefined) return sequence(inner);
  const count = Math.abs(place(to) - place(from)) / (Math.abs(Number(step)) || 1) + 1;
  if (!(count <= maxAlternatives)) {
    throw new Refusal(`The range {${inner}} expands to more than ${maxAlternatives} alternatives.`);
  }
  return Array.from({ length: Math.floor(count) }, () => "x");
}

function place(end: string): number {
  return /^-?\d+$/.test(end) ? Number(end) : (end.codePointAt(0) ?? 0);
}

// Of a group: two that stand side by side are two, and `**` is one.
const WILDCARD = "(*)";

function group(opening: string, inner: string): readonly string[] {
  const parts = split(inner, "|");
  if (opening === "+(" || opening === "*(") {
    // Else a text could be cut into repetitions in more ways than can be tried: `+(a|ab|b)`.
    if (!isUnambiguous(parts)) {
      throw new Refusal(
        `${opening}${inner}) could take hours to match: what repeats must be one text without * and groups, or texts none of which begins with another.`,
      );
    }
    return [WILDCARD];
  }
  const made = parts.flatMap(sequence);
  return opening === "!(" ? made.map((text) => text + WILDCARD) : made;
}

function isUnambiguous(parts: readonly string[]): boolean {
  if (parts.length === 1) return !/[*(){}|]/.test(parts[0] ?? "");
  const sorted = [...parts].sort();
  return sorted.every(
    (part, index) =>
      part !== "" &&
      !/[*?[\](){}|\\]/.test(part) &&
      (index === 0 || !part.startsWith(sorted[index - 1] ?? "")),
  );
}

/** Cut at each `separator` that is in no braces and no group. */
function split(text: string, separator: "," | "|"): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? "";
    if (character === "\\") at += 1;
    else if ("{(".includes(character)) depth += 1;
    else if ("})".includes(character)) depth -= 1;
    else if (depth === 0 && character === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
