// What the lines of a set choose by names alone, in the form in which it is kept, and whether it may be. Chooses nothing.
import type { InputProblem } from "../errors";
import { isRecord } from "../json";
import { printable } from "../redact";
import type { Choice as Kept, KeptChoice } from "./digests/kept-choice";
import { isListOf, isNumber, isText } from "./digests/shapes";
import type { Notice } from "./local-file";
import { dataTypes } from "./media";
import type { Scan } from "./scan/findings";
import type { IgnoreCount } from "./scan/ignore/ignore-file";
import type { Indexing } from "./scan/indexing";
import type { PatternLine } from "./scan/patterns/patterns";
import type { Tree } from "./scan/tree";

/** What names alone decide. */
export interface NameChoice {
  readonly found: Scan;
  readonly indexing: Indexing;
  /** On the names of all that is to be sent. */
  readonly notices: readonly Notice[];
  /** Why the data type has to be given, as far as names show. */
  readonly questions: readonly InputProblem[];
  /** Why names are refused, and the paths in the dataset that go no further for that. */
  readonly refusal: {
    readonly problems: readonly InputProblem[];
    readonly refused: ReadonlySet<string>;
  };
}

/** {@link NameChoice} as plain data, without what the lines say themselves. */
interface ChoiceFacts {
  readonly found: Pick<Scan, "hiddenLeftOut" | "junkLeftOut" | "ignored" | "evicted"> & {
    readonly named: readonly string[];
    readonly matched: readonly number[];
  };
  readonly indexing: Omit<Indexing, "paths" | "problems">;
  readonly notices: readonly Notice[];
}

const [areTexts, areNumbers] = [isListOf(isText), isListOf(isNumber)];
const areNotices = isListOf((value): value is Notice => isRecord(value) && isText(value["text"]));
const areIgnores = isListOf(
  (value): value is IgnoreCount =>
    isRecord(value) &&
    isText(value["file"]) &&
    isText(value["pattern"]) &&
    isNumber(value["matched"]),
);

/** What was chosen before by the same lines, or what `choose` finds in `tree`, which then is kept. */
export async function knownChoice(
  kept: KeptChoice | undefined,
  { lines, tree, nowMs }: { lines: readonly PatternLine[]; tree: Tree; nowMs: () => number },
  choose: () => Promise<NameChoice>,
): Promise<NameChoice> {
  const recalled = await kept?.recall();
  if (recalled !== undefined && isChoice(recalled)) return restored(recalled, lines);
  const sinceMs = nowMs();
  const choice = await choose();
  const { isPlain, paths } = tree.seen();
  const toKeep = isPlain && canKeep(choice) ? stored(choice) : undefined;
  await kept?.keep(toKeep, { seen: paths, sinceMs });
  return choice;
}

/** A set that is refused, or lines that are explained by what else is on the disk, are looked at each time. */
function canKeep({ found, indexing, questions, refusal }: NameChoice): boolean {
  const problems = [...found.problems, ...indexing.problems, ...questions, ...refusal.problems];
  return (
    problems.length + found.notices.length === 0 &&
    found.patterns.every(({ matched }) => matched > 0)
  );
}

function stored({ found, indexing, notices }: NameChoice): Kept<ChoiceFacts> {
  const { hiddenLeftOut, junkLeftOut, ignored, evicted } = found;
  const { dataType, leftOut, indexedCount } = indexing;
  const named = [...found.named];
  const matched = found.patterns.map((pattern) => pattern.matched);
  const facts = {
    found: { hiddenLeftOut, junkLeftOut, ignored, evicted, named, matched },
    indexing: { dataType, leftOut, indexedCount, notices: indexing.notices },
    notices,
  };
  return { facts, paths: found.paths };
}

function isChoice(choice: Kept): choice is Kept<ChoiceFacts> {
  const { facts } = choice;
  if (!isRecord(facts) || !isRecord(facts["found"]) || !isRecord(facts["indexing"])) return false;
  const { hiddenLeftOut, junkLeftOut, ignored, evicted, named, matched } = facts["found"];
  const { dataType, leftOut, indexedCount, notices } = facts["indexing"];
  return (
    [hiddenLeftOut, junkLeftOut, indexedCount].every(isNumber) &&
    [evicted, named, leftOut].every(areTexts) &&
    [notices, facts["notices"]].every(areNotices) &&
    areNumbers(matched) &&
    areIgnores(ignored) &&
    (dataType === undefined || dataTypes.some((known) => known === dataType))
  );
}

function restored({ facts, paths }: Kept<ChoiceFacts>, lines: readonly PatternLine[]): NameChoice {
  const { named, matched, ...found } = facts.found;
  const { leftOut, notices } = facts.indexing;
  const isOut = new Set(leftOut);
  return {
    found: {
      ...found,
      paths,
      named: new Set(named),
      patterns: lines.map(({ pattern }, index) => ({ pattern, matched: matched[index] ?? 0 })),
      unlisted: [],
      gone: [],
      problems: [],
      notices: [],
    },
    indexing: {
      ...facts.indexing,
      paths: isOut.size === 0 ? paths : paths.filter((path) => !isOut.has(path)),
      problems: [],
      notices: notices.map(printed),
    },
    notices: facts.notices.map(printed),
    questions: [],
    refusal: { problems: [], refused: new Set() },
  };
}

function printed({ text }: Notice): Notice {
  return { text: printable(text) };
}
