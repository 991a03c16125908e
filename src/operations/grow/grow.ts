// Carries out what was decided of a growing set: one dataset of what it lacks, over the publishing that every dataset goes.
// Safe when other runs grow the set at once: those that add the same files end as one increment.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/dataset-wire";
import { AvalaError, isAvalaError } from "../../errors";
import { printable } from "../../redact";
import { shortDigest } from "../../files/manifest/dataset-name";
import type { UploadResult } from "../../upload/result";
import { carryOut } from "../publish/publish";
import type { PublishOptions, PublishResult, PublishTarget } from "../publish/target";
import type { GrowDecision } from "./decide-growth";
import { findIncrements, listUnder, type FoundIncrement } from "./find-increments";
import { inOrder, planGrowth, type GrowthPlan, type Increment } from "./growth-plan";
import type { GrowOptions, KnownIncrement } from "./growth";
import { knownAs, readHoldings } from "./holdings";
import { parseIncrement } from "./increment-name";
import { recordDeleted, recordIncrement } from "./increment-record";
import type { IncrementToMake } from "./next-increment";

export interface GrowResult {
  /**
   * `unchanged`: the set holds all files, some of them perhaps by another run's increment, made meanwhile. `unverified`:
   * nothing differs, and not everything could be compared. `partial`: the deadline came first; nothing was confirmed, and
   * the next run resumes.
   */
  readonly outcome: PublishResult["outcome"];
  /** All of the set, in order. */
  readonly increments: readonly Increment[];
  /** What the set holds now. */
  readonly plan: GrowthPlan;
  readonly made?: Made | undefined;
  readonly upload?: UploadResult | undefined;
}

export interface Made {
  /** Of this run, or the one that another run made of the same files. */
  readonly dataset: Dataset;
  /** How many of its files were not compared. */
  readonly unverified: number;
}

function publishTargetOf(
  { target, plan }: GrowDecision,
  next: IncrementToMake,
  stored: GrowOptions["stored"],
): PublishTarget {
  const { name, slug, digest } = next;
  const wanted = new Set(plan.toSend.map(({ path }) => path));
  const files = target.files.filter(({ path }) => wanted.has(path));
  const dataset = { ...target.dataset, name, slug };
  // Of another name it is another upload's.
  const landed = stored?.name === name ? stored : undefined;
  return { dataset, files, digest, stored: landed, ifExists: "verify" };
}

/** What rivals made of the set since it was decided on, by uid. */
type Came = Map<string, FoundIncrement>;

/** Looks for an increment of this very content, which a rival may have made under another number; keeps others that came. */
async function findRival(
  avala: Avala,
  { target, increments }: GrowDecision,
  { digest, name }: IncrementToMake,
  came: Came,
): Promise<Dataset | undefined> {
  const listed = await listUnder(avala, [target.name], { expected: increments.length });
  const isOld = new Set(increments.map(({ dataset }) => dataset.uid));
  const recent = listed.filter(
    (dataset) => !isOld.has(dataset.uid) && parseIncrement(target.name, dataset) !== undefined,
  );
  const { found } = await findIncrements(avala, recent, target, new Map());
  const own = found.filter(({ isOwnerKnown }) => isOwnerKnown);
  const alike = own.filter((one) => one.shortDigest === shortDigest(digest));
  for (const one of own) came.set(one.dataset.uid, one);
  const known = alike.map(({ dataset }) => dataset);
  return known.find((dataset) => dataset.name === name) ?? known[0];
}

// Errors that only say that a rival's increment can't be read yet. This run's own is made all the same.
const UNREADABLE: ReadonlySet<string> = new Set(["dataset", "conflict", "timeout"]);

/** What rivals' increments hold: they are the set's as well. */
async function readCame(
  avala: Avala,
  { target }: GrowDecision,
  came: Came,
  options: GrowOptions,
): Promise<readonly Increment[]> {
  const found = [...came.values()];
  if (found.length === 0) return [];
  return readHoldings(avala, target, { found, known: new Map() }, options).catch(
    (error: unknown) => {
      if (!isAvalaError(error) || !UNREADABLE.has(error.code)) throw error;
      const names = found.map(({ dataset }) => printable(dataset.name)).join(", ");
      const text = `Another run added to the growing set meanwhile: ${names}. What was added is not among the set's datasets yet; the next run takes it in. ${error.message}`;
      avala.emit({ kind: "warning", text });
      return [];
    },
  );
}

function incrementOf(
  { target, plan }: GrowDecision,
  { number, digest }: IncrementToMake,
  dataset: Dataset,
): Increment {
  const named = parseIncrement(target.name, dataset) ?? {
    number,
    shortDigest: shortDigest(digest),
  };
  return { ...named, dataset, entries: plan.toSend };
}

/** What to keep of increments in a state, so that they need not be listed again: those of which all content is known. */
export function knownIncrements(increments: readonly Increment[]): readonly KnownIncrement[] {
  return increments
    .filter(({ entries }) => entries.every(({ sha256 }) => sha256 !== undefined))
    .map(knownAs);
}

/** What an increment lacks is not lost: the next run finds it out, and sends it again. */
function withWayOut(error: unknown): never {
  if (!isAvalaError(error) || error.code !== "dataset") throw error;
  const hint = "Run again: what the dataset lacks is sent as another one of the growing set.";
  throw new AvalaError("dataset", error.message, { hint, cause: error });
}

/** Only here: a dry run must leave what is known as it was, or the run that carries out its plan decides otherwise. */
async function forget(
  avala: Avala,
  { target, deleted }: GrowDecision,
  { stateDirectory }: GrowOptions,
): Promise<void> {
  for (const { uid } of deleted) await recordDeleted(avala, target, uid, stateDirectory);
}

function unchanged({ increments, plan }: GrowDecision): GrowResult {
  return { outcome: plan.unverified.length === 0 ? "unchanged" : "unverified", increments, plan };
}

/**
 * Sends what the set lacks as one increment. Nothing new: nothing is sent, nothing is made, and no call is made.
 * @throws as the core's publishing of a dataset: UploadError, AvalaError
 */
export async function growSet(
  avala: Avala,
  decision: GrowDecision,
  options: GrowOptions,
): Promise<GrowResult> {
  const { target, next, increments, plan } = decision;
  if (next === undefined) {
    await forget(avala, decision, options);
    return unchanged(decision);
  }
  const came: Came = new Map();
  const publishing: PublishOptions = {
    ...options,
    findMade: () => findRival(avala, decision, next, came),
  };
  const send = { kind: "send", target: publishTargetOf(decision, next, options.stored) } as const;
  const result = await carryOut(avala, send, publishing).catch(withWayOut);
  const { upload } = result;
  if (result.outcome === "partial") return { outcome: "partial", increments, plan, upload };
  const { dataset, unverified } = result;
  const increment = incrementOf(decision, next, dataset);
  came.delete(dataset.uid);
  const others = [...increments, ...(await readCame(avala, decision, came, options))];
  const all = inOrder([...others.filter((one) => one.dataset.uid !== dataset.uid), increment]);
  if (unverified === 0) {
    for (const known of knownIncrements([increment]))
      await recordIncrement(avala, target, known, options.stateDirectory);
  }
  await forget(avala, decision, options);
  const now = planGrowth(target.files, all, target.postponed);
  const isUnsure = result.outcome === "unchanged" && now.unverified.length > 0;
  return {
    outcome: isUnsure ? "unverified" : result.outcome,
    increments: all,
    plan: now,
    made: { dataset, unverified },
    upload,
  };
}
