// Whether a later run would still do what a plan says of growing sets, or has done it. Pure.
import { shortDigest } from "../../src/files/manifest/dataset-name";
import { createManifest, type ManifestEntry } from "../../src/files/manifest/manifest";
import type { GrowDecision } from "../../src/operations/grow/decide-growth";
import type { Increment } from "../../src/operations/grow/growth-plan";
import { parseIncrement, plannedName } from "../../src/operations/grow/increment-name";
import type { IncrementToMake } from "../../src/operations/grow/next-increment";
import { formatCount } from "../../src/text";
import type { Selection, Target } from "../selection/selection";
import type { PlanTarget } from "./plan";
import { otherThanNow } from "./plan-again";
import { refuse } from "./plan-check";
import type { Plan, PlannedDataset, PlannedGrowth } from "./plan-shape";
import { createSetsPlan, type DecidedSets } from "./planned-sets";

interface Part {
  readonly planned: PlannedDataset;
  readonly files: readonly ManifestEntry[];
}

/** A set that was looked up now. */
interface LookedUp {
  readonly target: Target;
  /** The datasets that the plan would make of it, with what they are made of. */
  readonly parts: readonly Part[];
  readonly growing: PlannedGrowth;
  readonly decision: GrowDecision;
  /** Increments that the plan names and that went. */
  readonly gone: readonly string[];
  readonly came: readonly Increment[];
  /** All that came, where a run of this plan has made it. */
  readonly made: readonly Increment[];
}

interface Now {
  readonly selection: Selection;
  readonly decided: DecidedSets;
  readonly planTarget: PlanTarget;
}

/** What the plan sends to each dataset, by its name. */
function plannedFilesOf({ files }: Plan): ReadonlyMap<string, readonly ManifestEntry[]> {
  const found = new Map<string, ManifestEntry[]>();
  for (const { by, dataset, path, sizeBytes, sha256 } of files) {
    if (by === "nothing") continue;
    const entry = { path, sizeBytes, sha256 };
    const known = found.get(dataset);
    if (known === undefined) found.set(dataset, [entry]);
    else known.push(entry);
  }
  return found;
}

/**
 * The plan has the sets of the selection, as `checkPlan` found.
 * @throws InputError with every set that has other increments than when the plan was made, or would send something else; and
 * with whatever else the plan says otherwise
 */
export function checkPlannedSets(plan: Plan, { selection, decided, planTarget }: Now): void {
  const filesOf = plannedFilesOf(plan);
  const sets = selection.targets.flatMap((target): LookedUp[] => {
    const parts = plan.datasets
      .filter(({ growing }) => growing?.set === target.name)
      .map((planned) => ({ planned, files: filesOf.get(planned.name) ?? [] }));
    const growing = parts[0]?.planned.growing ?? undefined;
    const decision = decided.get(target.folder);
    // What was not looked up is not compared.
    const isKnown = growing !== undefined && growing.increments !== null;
    if (!isKnown || decision === undefined) return [];
    const moves = movesOf(growing, decision);
    return [{ target, parts, growing, decision, ...moves, made: madeOf(parts, moves) }];
  });
  refuse(sets.flatMap((set) => changeOf(set) ?? []));
  const held = new Map(sets.map((set) => [set.target.folder, asPlanned(set)]));
  const now = createSetsPlan(selection, held, planTarget);
  refuse(otherThanNow(plan, { ...now, datasets: now.datasets.map(comparedTo(plan)) }));
}

/** What is done of it is planned as it was before. What is made of which files depends on what the machine remembers. */
function asPlanned(set: LookedUp): GrowDecision {
  const { target, parts, decision } = set;
  const { increments, plan } = decision;
  const made = new Set(set.made.map(({ dataset }) => dataset.uid));
  const isMade = ({ datasetUid }: { readonly datasetUid: string }): boolean => made.has(datasetUid);
  const [next, ...later] = parts.flatMap((part) => toMakeOf(target, part));
  return {
    ...decision,
    increments: increments.filter(({ dataset }) => !made.has(dataset.uid)),
    plan: {
      ...plan,
      current: plan.current.filter((file) => !isMade(file)),
      unverified: plan.unverified.filter((file) => !isMade(file)),
      toSend: toSendOf(set),
    },
    next,
    later,
  };
}

/** The next number depends on what the machine remembers of datasets that were deleted. */
function toMakeOf(
  { growing }: Target,
  { planned: { name, slug, digest, files: count }, files }: Part,
): readonly IncrementToMake[] {
  if (count + files.length === 0 || growing === undefined) return [];
  const numbered = parseIncrement(growing, { name, slug });
  const named = numbered && plannedName(growing, numbered.number, digest);
  return [{ number: numbered?.number ?? 0, name, slug, ...named, digest, files }];
}

/** All that the plan was to send, as far as it is still to be sent or was sent by a run of this plan. */
function toSendOf(set: LookedUp): readonly ManifestEntry[] {
  const { target, decision } = set;
  const { plan } = decision;
  const made = new Set(set.made.map(({ dataset }) => dataset.uid));
  if (made.size === 0) return plan.toSend;
  const sent = new Set(
    [...plan.current, ...plan.unverified]
      .filter(({ datasetUid }) => made.has(datasetUid))
      .map(({ path }) => path),
  );
  for (const { path } of plan.toSend) sent.add(path);
  return target.indexed.filter(({ path }) => sent.has(path));
}

/** Of how many files a machine knows what an increment has depends on what it remembers, too. */
function comparedTo({ datasets }: Plan): (now: PlannedDataset, index: number) => PlannedDataset {
  return (now, index) => {
    const planned = datasets[index]?.growing ?? null;
    const { growing } = now;
    if (planned === null || growing === null || planned.unverified === growing.unverified)
      return now;
    return { ...now, growing: { ...growing, ...asKnownTo(planned, growing) } };
  };
}

/** What it says otherwise of the same files and items when it knows the content of more or fewer of them. */
function asKnownTo(planned: PlannedGrowth, now: PlannedGrowth): Partial<PlannedGrowth> {
  const { held, unverified } = planned;
  const isOfAsMany = held + unverified === now.held + now.unverified;
  const superseded = now.superseded.map((item, index) => {
    const why = planned.superseded[index]?.why;
    const isEither = item.why !== "gone" && (why === "changed" || why === "repeated");
    return isEither ? { ...item, why } : item;
  });
  return { superseded, ...(isOfAsMany ? { held, unverified } : {}) };
}

type Moves = Pick<LookedUp, "gone" | "came">;

function movesOf(growing: PlannedGrowth, { increments }: GrowDecision): Moves {
  const before = growing.increments ?? [];
  const now = new Set(increments.map(({ dataset }) => dataset.uid));
  return {
    gone: before.filter((uid) => !now.has(uid)),
    came: increments.filter(({ dataset }) => !before.includes(dataset.uid)),
  };
}

function changeOf(set: LookedUp): string | undefined {
  const { gone, came, made, parts, decision, growing } = set;
  const name = growing.set;
  const isOther = createManifest(toSendOf(set)).digest !== digestOf(parts);
  const isOfMore = decision.plan.unverified.length > growing.unverified;
  const isDone = made.length > 0 && !isOther && !isOfMore;
  if (gone.length + came.length > 0 && !isDone) {
    const what = `datasets added: ${formatCount(came.length)}, removed: ${formatCount(gone.length)}`;
    return `the growing set ${name} has changed since the plan was made: ${what}`;
  }
  return isOther
    ? `other files of the growing set ${name} would be sent than when the plan was made`
    : undefined;
}

/** Of all that the plan sends to the set. */
function digestOf(parts: readonly Part[]): string {
  return createManifest(parts.flatMap(({ files }) => files)).digest;
}

/** A machine that knows of an interrupted run makes more datasets, or fewer, of the same files: each name tells their content. */
function isMadeOf(
  files: readonly ManifestEntry[],
  { entries, shortDigest: named }: Increment,
): boolean {
  const held = new Set(entries.map(({ path }) => path));
  const own = files.filter(({ path }) => held.has(path));
  return own.length === entries.length && shortDigest(createManifest(own).digest) === named;
}

/** As when failed jobs are run again: increments that were planned are there, and nothing else has changed. */
function madeOf(parts: readonly Part[], { gone, came }: Moves): readonly Increment[] {
  const digests = [digestOf(parts), ...parts.map(({ planned }) => planned.digest)];
  const planned = new Set(digests.map(shortDigest));
  const toSend = parts.flatMap(({ files }) => files);
  const areAll = came.every((one) => planned.has(one.shortDigest) || isMadeOf(toSend, one));
  return areAll && gone.length === 0 ? came : [];
}
