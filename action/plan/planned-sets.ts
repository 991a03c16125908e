// The plan of growing sets: of each the increment that would be made, and what the set has. Pure.
import { shortDigest } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import type { GrowDecision } from "../../src/operations/grow/decide-growth";
import type { Increment } from "../../src/operations/grow/growth-plan";
import { parseIncrement, plannedName } from "../../src/operations/grow/increment-name";
import { formatCount } from "../../src/text";
import type { Selection, Target } from "../selection/selection";
import { plannedFiles, planOf, type Place, type PlanTarget } from "./plan";
import { otherThanNow } from "./plan-again";
import { refuse } from "./plan-check";
import type { Plan, PlannedDataset, PlannedGrowth } from "./plan-shape";

/** By a target's folder; a set that is not in it was not looked up. */
export type DecidedSets = ReadonlyMap<string, GrowDecision>;

export function createSetsPlan(
  selection: Selection,
  decided: DecidedSets,
  planTarget: PlanTarget,
): Plan {
  const { manifest, targets } = selection;
  const datasets = targets.map((target) => plannedSet(target, decided.get(target.folder)));
  const places = new Map(allPlaces(targets, decided));
  const nowhere = { dataset: "", isSent: false };
  const files = plannedFiles(selection, ({ path }) => places.get(path) ?? nowhere);
  return planOf(manifest, { datasets, files }, planTarget);
}

type Placed = readonly [path: string, place: Place];

function* allPlaces(targets: readonly Target[], decided: DecidedSets): Generator<Placed> {
  for (const target of targets) yield* placesOf(target, decided.get(target.folder));
}

/** Which dataset each file is in, or goes to. */
function* placesOf(
  { name, indexed }: Target,
  decision: GrowDecision | undefined,
): Generator<Placed> {
  const isNew = { dataset: decision?.next?.name ?? name, isSent: true };
  for (const { path } of decision?.plan.toSend ?? indexed) yield [path, isNew];
  if (decision === undefined) return;
  const { increments, plan } = decision;
  const unknown = { dataset: name, isSent: false };
  const held = new Map(
    increments.map(({ dataset }) => [dataset.uid, { dataset: dataset.name, isSent: false }]),
  );
  for (const files of [plan.current, plan.unverified])
    for (const { path, datasetUid } of files) yield [path, held.get(datasetUid) ?? unknown];
}

function plannedSet(target: Target, decision: GrowDecision | undefined): PlannedDataset {
  const { folder, name, slug, dataType, indexed } = target;
  const toSend = createManifest(decision?.plan.toSend ?? indexed);
  return {
    folder,
    name: decision?.next?.name ?? name,
    slug: decision?.next?.slug ?? slug,
    dataType,
    files: toSend.entries.length,
    bytes: toSend.totalBytes,
    digest: toSend.digest,
    exists: decision === undefined ? null : false,
    uid: null,
    replaces: null,
    growing: growthOf(name, decision),
  };
}

function growthOf(set: string, decision: GrowDecision | undefined): PlannedGrowth {
  if (decision === undefined)
    return {
      set,
      increments: null,
      held: 0,
      unverified: 0,
      superseded: [],
      moved: [],
      postponed: [],
    };
  const { increments, plan } = decision;
  return {
    set,
    increments: increments.map(({ dataset }) => dataset.uid),
    held: plan.current.length,
    unverified: plan.unverified.length,
    superseded: plan.superseded,
    moved: plan.moved,
    postponed: plan.postponed,
  };
}

/** A set that was looked up now. */
interface LookedUp {
  readonly target: Target;
  readonly planned: PlannedDataset;
  readonly growing: PlannedGrowth;
  readonly decision: GrowDecision;
  /** Increments that the plan names and that went. */
  readonly gone: readonly string[];
  readonly came: readonly Increment[];
}

interface Now {
  readonly selection: Selection;
  readonly decided: DecidedSets;
  readonly planTarget: PlanTarget;
}

/**
 * The plan has the sets of the selection, as `checkPlan` found.
 * @throws InputError with every set that has other increments than when the plan was made, or would send something else; and
 * with whatever else the plan says otherwise
 */
export function checkPlannedSets(plan: Plan, { selection, decided, planTarget }: Now): void {
  const sets = selection.targets.flatMap((target): LookedUp[] => {
    const planned = plan.datasets.find(({ growing }) => growing?.set === target.name);
    const growing = planned?.growing ?? undefined;
    const decision = decided.get(target.folder);
    // What was not looked up is not compared.
    const isKnown = growing !== undefined && growing.increments !== null;
    if (planned === undefined || !isKnown || decision === undefined) return [];
    return [{ target, planned, growing, decision, ...movesOf(growing, decision) }];
  });
  refuse(sets.flatMap((set) => changeOf(set) ?? []));
  const held = new Map(sets.map((set) => [set.target.folder, asPlanned(set)]));
  const now = createSetsPlan(selection, held, planTarget);
  refuse(otherThanNow(plan, { ...now, datasets: now.datasets.map(comparedTo(plan)) }));
}

/** The next number depends on what the machine remembers of datasets that were deleted. */
function asPlanned(set: LookedUp): GrowDecision {
  const { target, planned } = set;
  const { growing } = target;
  const decision = beforeMade(set);
  const { next } = decision;
  if (next === undefined || growing === undefined) return decision;
  const numbered = parseIncrement(growing, planned);
  if (numbered === undefined) return decision;
  return {
    ...decision,
    next: { ...next, ...plannedName(growing, numbered.number, planned.digest) },
  };
}

/** What is done is planned as it was before. */
function beforeMade(set: LookedUp): GrowDecision {
  const { target, planned, decision } = set;
  const made = madeOf(set);
  if (made === undefined) return decision;
  const { increments, plan } = decision;
  const { uid, name, slug } = made.dataset;
  const isMade = ({ datasetUid }: { readonly datasetUid: string }): boolean => datasetUid === uid;
  const sent = new Set(
    [...plan.current, ...plan.unverified].filter(isMade).map(({ path }) => path),
  );
  return {
    ...decision,
    increments: increments.filter((increment) => increment !== made),
    plan: {
      ...plan,
      current: plan.current.filter((file) => !isMade(file)),
      unverified: plan.unverified.filter((file) => !isMade(file)),
      toSend: target.indexed.filter(({ path }) => sent.has(path)),
    },
    next: { number: made.number, name, slug, digest: planned.digest },
  };
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

function movesOf(
  growing: PlannedGrowth,
  { increments }: GrowDecision,
): Pick<LookedUp, "gone" | "came"> {
  const before = growing.increments ?? [];
  const now = new Set(increments.map(({ dataset }) => dataset.uid));
  return {
    gone: before.filter((uid) => !now.has(uid)),
    came: increments.filter(({ dataset }) => !before.includes(dataset.uid)),
  };
}

function changeOf(set: LookedUp): string | undefined {
  if (madeOf(set) !== undefined) return undefined;
  const { gone, came } = set;
  const name = set.growing.set;
  if (gone.length + came.length > 0) {
    const what = `datasets added: ${formatCount(came.length)}, removed: ${formatCount(gone.length)}`;
    return `the growing set ${name} has changed since the plan was made: ${what}`;
  }
  if (createManifest(set.decision.plan.toSend).digest === set.planned.digest) return undefined;
  return `other files of the growing set ${name} would be sent than when the plan was made`;
}

/** As when failed jobs are run again: the increment that was planned is there, and nothing else has changed. */
function madeOf({ growing, planned, decision, gone, came }: LookedUp): Increment | undefined {
  const [made, ...others] = came;
  const isDone =
    made?.shortDigest === shortDigest(planned.digest) &&
    others.length + gone.length + decision.plan.toSend.length === 0 &&
    decision.plan.unverified.length <= growing.unverified;
  return isDone ? made : undefined;
}
