// What other runs add to a growing set between a run's decision and its confirm: what they hold is not added again.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { AvalaError, isAvalaError } from "../../errors";
import { shortDigest } from "../../files/manifest/dataset-name";
import type { ManifestEntry } from "../../files/manifest/manifest";
import { printable } from "../../redact";
import { counted, countedOf } from "../../text";
import { withUid } from "../datasets/dataset-work";
import type { LookMoment } from "../publish/target";
import type { GrowDecision } from "./decide-growth";
import { findIncrements, listUnder, type FoundIncrement } from "./find-increments";
import { findInGaps } from "./gaps";
import type { GrowOptions, KnownIncrement } from "./growth";
import type { Increment } from "./growth-plan";
import { readHoldings } from "./holdings";
import {
  nextNumber,
  numberedSlug,
  numbersOf,
  parseIncrement,
  nameOfSet,
  type GrowingName,
} from "./increment-name";
import { pathOf } from "./item-homes";
import type { IncrementToMake } from "./next-increment";
import { withUnlisted } from "./unlisted";

/** Some of the files that were to be added are in the set by now. */
export interface Overlap {
  /** What the run ends with where it does not plan again. */
  readonly error: AvalaError;
  readonly came: readonly Increment[];
  /** Of what was to be sent, what no other run has added. */
  readonly left: readonly ManifestEntry[];
}

/** What one decision has seen come since it was made, by uid. */
export interface Meanwhile {
  readonly found: Map<string, FoundIncrement>;
  /** Those that were read: each is read once. */
  readonly read: Map<string, Increment>;
  /** Those of which Avala does not show whose they are. */
  readonly unsure: Map<string, Dataset>;
  overlap?: Overlap | undefined;
  /** The highest number of the owner's set that the server has shown, in a name or in a slug: the same for every key. */
  highest: number;
  /** That of the slug of the last confirm. */
  tried?: number | undefined;
}

export function createMeanwhile(): Meanwhile {
  return { found: new Map(), read: new Map(), unsure: new Map(), highest: 0 };
}

/**
 * Under the number after all that the last look has shown, and that were refused: so runs that add at once ask for the same.
 * `undefined` where there is no number after those: the same again would only be refused again.
 */
export function nextSlug(meanwhile: Meanwhile, name: GrowingName): string | undefined {
  const last = Math.max(meanwhile.highest, meanwhile.tried ?? 0);
  const next = nextNumber([last]);
  if (next === last) return undefined;
  meanwhile.tried = next;
  return numberedSlug(name, next);
}

/** Of numbers from this one on, which no list shows though it shows higher ones. */
async function findSkipped(
  avala: Avala,
  { target, increments }: GrowDecision,
  came: readonly FoundIncrement[],
  from: number,
): Promise<readonly FoundIncrement[]> {
  const before = increments.map((one) => ({ ...one, isOwnerKnown: true }));
  const found = [...before, ...came];
  const numbers = found.flatMap((one) => numbersOf(target.name, one.dataset, one.number));
  return findInGaps(avala, target, { found, numbers, from });
}

/** Looks for an increment of this very content, which a rival may have made under another number; keeps others that came. */
async function findRival(
  avala: Avala,
  decision: GrowDecision,
  { digest, name, number }: IncrementToMake,
  meanwhile: Meanwhile,
): Promise<FoundIncrement | undefined> {
  const { target, increments } = decision;
  const shown = await listUnder(avala, [target.name], { expected: increments.length });
  const listed = await withUnlisted(avala, target, {
    listed: shown,
    number,
    tried: meanwhile.tried,
  });
  const isOld = new Set(increments.map(({ dataset }) => dataset.uid));
  const recent = listed.filter(
    (dataset) => !isOld.has(dataset.uid) && parseIncrement(target.name, dataset) !== undefined,
  );
  const { found: ofList } = await findIncrements(avala, recent, target, new Map());
  const found = [...ofList, ...(await findSkipped(avala, decision, ofList, number))];
  const own = found.filter(({ isOwnerKnown }) => isOwnerKnown);
  for (const { dataset, isOwnerKnown } of found)
    if (!isOwnerKnown) meanwhile.unsure.set(dataset.uid, dataset);
  const isOwn = new Set([...isOld, ...own.map(({ dataset }) => dataset.uid)]);
  const shownNumbers = listed.flatMap((dataset) =>
    isOwn.has(dataset.uid) ? numbersOf(target.name, dataset) : [],
  );
  meanwhile.highest = Math.max(0, ...shownNumbers);
  const alike = own.filter((one) => one.shortDigest === shortDigest(digest));
  for (const one of own) meanwhile.found.set(one.dataset.uid, one);
  return alike.find(({ dataset }) => dataset.name === name) ?? alike[0];
}

/**
 * Whether it only says that a rival's increment can't be read: this run's own is made all the same. One that is still being
 * made when the wait for it ends is another matter before a confirm: it may hold the same files.
 */
function isUnreadable(error: unknown): error is AvalaError {
  return isAvalaError(error) && error.code === "dataset";
}

interface Reading {
  readonly meanwhile: Meanwhile;
  readonly options: GrowOptions;
}

async function read(
  avala: Avala,
  { target }: GrowDecision,
  one: FoundIncrement,
  { meanwhile, options }: Reading,
): Promise<void> {
  const { uid } = one.dataset;
  if (meanwhile.read.has(uid)) return;
  const only = { found: [one], known: new Map<string, KnownIncrement>(), isWhole: false };
  const increments = await readHoldings(avala, target, only, options);
  for (const increment of increments) meanwhile.read.set(uid, increment);
}

function contentOf({ path, sha256 }: Pick<ManifestEntry, "path" | "sha256">): string {
  return `${sha256} ${path}`;
}

/** Of what is known of the increment. */
function contentsOf({ entries }: Increment): readonly string[] {
  return entries.flatMap((entry) =>
    entry.sha256 === undefined ? [] : contentOf({ path: pathOf(entry), sha256: entry.sha256 }),
  );
}

/** `undefined` where none of the files that are to be added now is known to be there. */
function overlapOf(
  { target, plan }: GrowDecision,
  { files }: IncrementToMake,
  came: readonly Increment[],
): Overlap | undefined {
  const contents = new Set(came.flatMap(contentsOf));
  const isHeld = (file: ManifestEntry): boolean => contents.has(contentOf(file));
  if (!files.some(isHeld)) return undefined;
  const left = plan.toSend.filter((file) => !isHeld(file));
  const heldCount = plan.toSend.length - left.length;
  const wanted = new Set(plan.toSend.map(contentOf));
  const holders = came.filter((one) => contentsOf(one).some((content) => wanted.has(content)));
  const text = `Other runs have added ${countedOf(heldCount, plan.toSend.length, "new file")} to the growing set ${printable(nameOfSet(target.name))} meanwhile: ${holders.map(({ dataset }) => withUid(dataset)).join(", ")}. Nothing was confirmed, so no file is there twice.`;
  const hint =
    "Run again: only what is left is sent. To avoid this, let one run at a time add to the set: in workflows, by a concurrency group.";
  return { error: new AvalaError("conflict", text, { hint }), came, left };
}

/**
 * Looks at what came since the decision. Reading what is still being made is left to the last look, which waits for it.
 * @throws AvalaError `conflict` where some of the files are in the set by now, which is then kept as `overlap`; `timeout` where
 * one that came is not made in time
 */
export async function lookMeanwhile(
  avala: Avala,
  decision: GrowDecision,
  next: IncrementToMake,
  {
    meanwhile,
    moment,
    options,
  }: {
    readonly meanwhile: Meanwhile;
    readonly moment: LookMoment;
    readonly options: GrowOptions;
  },
): Promise<FoundIncrement | undefined> {
  const same = await findRival(avala, decision, next, meanwhile);
  if (same !== undefined) return same;
  for (const one of meanwhile.found.values()) {
    if (moment === "sending" && one.dataset.status !== "created") continue;
    await read(avala, decision, one, { meanwhile, options }).catch((error: unknown) => {
      if (!isUnreadable(error)) throw error;
    });
  }
  meanwhile.overlap = overlapOf(decision, next, [...meanwhile.read.values()]);
  if (meanwhile.overlap !== undefined) throw meanwhile.overlap.error;
  return undefined;
}

/** Files of this run at whose paths a rival has items that can't be compared. */
function reportDoubtful(
  avala: Avala,
  { files }: IncrementToMake,
  came: readonly Increment[],
): void {
  const sent = new Map(files.map((file) => [file.path, file]));
  for (const { dataset, entries } of came) {
    const doubtful = entries.filter((entry) => {
      const { sha256, notSha256 } = entry;
      const file = sent.get(pathOf(entry));
      return file !== undefined && (sha256 === file.sha256 || (sha256 ?? notSha256) === undefined);
    });
    if (doubtful.length === 0) continue;
    const text = `Another run added to the growing set meanwhile: ${withUid(dataset)} has items of ${counted(doubtful.length, "file")} that this run added too, so ${doubtful.length === 1 ? "it" : "they"} may be there twice.`;
    avala.emit({ kind: "warning", text });
  }
}

function reportUnsure(avala: Avala, { unsure }: Meanwhile, made: Dataset): void {
  for (const one of unsure.values()) {
    if (one.uid === made.uid) continue;
    const text = `The dataset ${withUid(one)} has been added to the growing set's name meanwhile, and Avala does not show whose it is. If it is of this set, files of this run may be there twice. A key with the scopes datasets.read and organizations.read may show it.`;
    avala.emit({ kind: "warning", text });
  }
}

/** What rivals' increments hold: they are the set's as well. Says which files may be there twice. */
export async function readCame(
  avala: Avala,
  decision: GrowDecision,
  next: IncrementToMake,
  { made, meanwhile, options }: Reading & { readonly made: Dataset },
): Promise<readonly Increment[]> {
  const others = [...meanwhile.found.values()].filter(({ dataset }) => dataset.uid !== made.uid);
  for (const one of others) {
    await read(avala, decision, one, { meanwhile, options }).catch((error: unknown) => {
      const isLate = isAvalaError(error) && error.code === "timeout";
      if (!isLate && !isUnreadable(error)) throw error;
      const text = `Another run added to the growing set meanwhile: ${printable(one.dataset.name)}. It is not listed among the set's datasets yet; the next run adds it. ${error.message}`;
      avala.emit({ kind: "warning", text });
    });
  }
  const came = [...meanwhile.read.values()].filter(({ dataset }) => dataset.uid !== made.uid);
  reportDoubtful(avala, next, came);
  reportUnsure(avala, meanwhile, made);
  return came;
}
