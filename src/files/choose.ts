// What the lines of a set choose and a set takes of it, before any file is opened.
import type { InputProblem } from "../errors";
import { cancelled, wallClockMs } from "../flow/clock";
import type { DigestCache } from "./digests/digest-cache";
import type { KeptChoice } from "./digests/kept-choice";
import type { KnownFiles } from "./digests/known-files";
import { readOptions, type FileSetOptions } from "./file-set-options";
import { windowsNotices } from "./file-set-words";
import { credentialText } from "./inspect";
import { knownChoice, type NameChoice } from "./known-choice";
import type { LeftOut } from "./left-out";
import type { Candidates } from "./look";
import type { Notice, PatternCount } from "./local-file";
import { suffixOf } from "./media";
import { arePlain, pathProblem, twinProblems } from "./names";
import { looksLikeCredential, mayHaveCredential } from "./scan/credentials";
import type { Scan } from "./scan/findings";
import { isItemOf, readIndexing, type Indexing } from "./scan/indexing";
import type { Listed } from "./scan/listed";
import { unlessNamed } from "./scan/patterns/named-paths";
import { orderNotices } from "./scan/order";
import type { Removal } from "./scan/patterns/patterns";
import { withReasons } from "./scan/reasons";
import { countRemoved } from "./scan/removals";
import { scan, type ScanRequest } from "./scan/scan";
import { below, createTree } from "./scan/tree";
import { typeProblems } from "./scan/type-question";
import { shown } from "../text";

/** How files are chosen, besides the lines. */
export interface ChoosingRun {
  readonly signal?: AbortSignal | undefined;
  /** What is known of files that have not changed; without one, each file is read. */
  readonly cache?: DigestCache | undefined;
  /** The only paths that are taken of what the lines choose. @default all */
  readonly listed?: Listed | undefined;
  /**
   * What is as if it was not there, by its real path; unless a line names it in full.
   */
  readonly isLeftOut?: ((real: string) => boolean) | undefined;
  /**
   * All that `isLeftOut` decides by, as long as it leaves nothing out: for what is chosen to be kept. Without one it is not,
   * as where a file's own times decide.
   */
  readonly leftOutBy?: string | undefined;
  /** What the user calls `allowLinkTargets`. @default that */
  readonly linkTargetsInput?: string | undefined;
  /** Whether to count what each line takes away, which walks the tree once more. @default false */
  readonly countsRemoved?: boolean | undefined;
  /** Called with how many files and folders were listed so far, for each folder that is read. */
  readonly onListing?: ((entries: number) => void) | undefined;
}

export interface Chosen extends NameChoice {
  readonly root: string;
  readonly prefix: string;
  readonly leftOut: LeftOut;
  readonly removals: readonly Removal[];
  readonly removed: readonly PatternCount[];
  readonly candidates: Candidates;
  readonly problems: readonly InputProblem[];
  readonly known: KnownFiles | undefined;
}

/** @throws InputError when the root or a line can't be used; AvalaError `cancelled` */
export async function chooseFiles(options: FileSetOptions, run: ChoosingRun): Promise<Chosen> {
  const read = readOptions(options, run.linkTargetsInput);
  const { root, prefix, linkTargets } = read;
  const { lines, removals } = read.patterns;
  if (run.signal?.aborted === true) throw cancelled("Listing files");
  const known = await run.cache?.open(root, options.folder);
  let listed = 0;
  const tree = createTree({
    root,
    symlinks: options.symlinks ?? "follow",
    linkTargets,
    folder: options.folder,
    isLeftOut: unlessNamed(root, lines, run.isLeftOut),
    leavesGone: options.changingFiles === "leave-out",
    onListed: (entries) => run.onListing?.((listed += entries)),
  });
  const request = {
    tree,
    ...read.patterns,
    includeHidden: options.includeHidden ?? false,
    listed: run.listed,
    folder: options.folder,
    signal: run.signal,
  };
  const nowMs = known === undefined ? wallClockMs : () => known.nowMs();
  const choice = await knownChoice(keptFor(options, read, run), { lines, tree, nowMs }, () =>
    chooseByNames(options, { request, removals, prefix }),
  );
  const { found, indexing } = choice;
  const counts = run.countsRemoved === true ? await countRemoved(request, removals) : [];
  const removed = withReasons(counts, request);
  const candidates = candidatesOf(choice, root, prefix);
  const problems = [...found.problems, ...choice.refusal.problems];
  const leftOut = leftOutOf(found, indexing, prefix);
  return { root, prefix, ...choice, leftOut, removals, removed, known, candidates, problems };
}

/** Where what was chosen is kept; nowhere when more than the disk and the options decide, as a list of changes does. */
function keptFor(
  options: FileSetOptions,
  { root, patterns, linkTargets }: ReturnType<typeof readOptions>,
  { cache, listed, isLeftOut, leftOutBy }: ChoosingRun,
): KeptChoice | undefined {
  if (listed !== undefined || (isLeftOut !== undefined && leftOutBy === undefined))
    return undefined;
  const { includeHidden, symlinks, unindexed, dataType, folder, partitionDepth, prefix } = options;
  const lines = JSON.stringify([
    patterns.lines.map(({ pattern, glob }) => [pattern, glob]),
    patterns.ignore,
    linkTargets.folders,
    leftOutBy ?? null,
    { includeHidden, symlinks, unindexed, dataType, partitionDepth, prefix },
  ]);
  return cache?.choice(lines, root, folder);
}

interface Choosing {
  readonly request: ScanRequest & Pick<FileSetOptions, "folder">;
  readonly removals: readonly Removal[];
  readonly prefix: string;
}

async function chooseByNames(
  options: FileSetOptions,
  { request, removals, prefix }: Choosing,
): Promise<NameChoice> {
  const scanned = await scan(request);
  const found = { ...scanned, patterns: withReasons(scanned.patterns, request, removals) };
  const indexing = readIndexing(found.paths, {
    dataType: options.dataType,
    unindexed: options.unindexed ?? "leave-out",
    isNamed: (path) => found.named.has(path),
    folder: options.folder,
  });
  const placed = indexing.paths.map((path) => prefix + path);
  return {
    found,
    indexing,
    notices: nameNotices(placed),
    questions: typeProblems(found.paths, options),
    refusal: refusalOf(placed, { prefix, named: found.named }),
  };
}

/** On names alone. */
export function nameNotices(paths: readonly string[]): readonly Notice[] {
  return [...orderNotices(paths), ...windowsNotices(paths)];
}

function leftOutOf(found: Scan, indexing: Indexing, prefix: string): LeftOut {
  const { junkLeftOut, ignored } = found;
  const unindexed = indexing.leftOut.map((path) => prefix + path);
  // A placeholder without a suffix may stand for a folder of images.
  const evicted = found.evicted.filter(
    (path) => suffixOf(path) === "" || isItemOf(path, indexing.dataType),
  );
  const missing = evicted.map((path) => prefix + path);
  // The placeholder of a file that would be no item is a thing left behind.
  const junk = junkLeftOut + found.evicted.length - evicted.length;
  const unlisted = found.unlisted.map((path) => prefix + path);
  const changed = found.gone.map((path) => prefix + path);
  return { unindexed, junk, ignored, evicted: missing, young: [], changed, unlisted };
}

/** On the names of what is to be sent. */
function refusalOf(
  paths: readonly string[],
  { prefix, named }: Pick<Choosing, "prefix"> & Pick<Scan, "named">,
): NameChoice["refusal"] {
  const problems: InputProblem[] = [];
  const refused = new Set<string>();
  for (const path of suspectsIn(paths)) {
    const inside = path.slice(prefix.length);
    const isRefused = looksLikeCredential(inside) && !named.has(inside);
    const text = pathProblem(path) ?? (isRefused ? credentialText : undefined);
    if (text === undefined) continue;
    problems.push({ input: shown(path), text });
    refused.add(path);
  }
  problems.push(...twinProblems(paths.filter((path) => !refused.has(path))));
  return { problems, refused };
}

/** Gives each file its path in the dataset. Files that are refused go no further. */
function candidatesOf(
  { found, indexing, refusal }: NameChoice,
  root: string,
  prefix: string,
): Candidates {
  const { paths } = indexing;
  const placed = prefix === "" ? paths : paths.map((inside) => prefix + inside);
  const inRoot = below(root);
  const insideOf = (path: string): string => path.slice(prefix.length);
  return {
    paths:
      refusal.refused.size === 0 ? placed : placed.filter((path) => !refusal.refused.has(path)),
    insideOf,
    absoluteOf: (path) => inRoot(insideOf(path)),
    isNamed: (path) => found.named.has(insideOf(path)),
  };
}

const judgedAtOnce = 1000;

/** Those among which there may be one that is refused: in nearly all sets, none. */
function* suspectsIn(paths: readonly string[]): Generator<string> {
  for (let start = 0; start < paths.length; start += judgedAtOnce) {
    const some = paths.slice(start, start + judgedAtOnce);
    if (!arePlain(some) || mayHaveCredential(some)) yield* some;
  }
}
