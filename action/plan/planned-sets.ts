// The plan of growing sets: of each the increment that would be made, and what the set has. Pure.
import { shortDigest } from "../../src/files/manifest/dataset-name";
import { createManifest } from "../../src/files/manifest/manifest";
import type { GrowDecision } from "../../src/operations/grow/decide-growth";
import type { Increment } from "../../src/operations/grow/growth-plan";
import type { Selection, Target } from "../selection/selection";
import { plannedFiles, planOf, type Place, type PlanTarget } from "./plan";
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
  const places = new Map(
    targets.flatMap((target) => [...placesOf(target, decided.get(target.folder))]),
  );
  const nowhere = { dataset: "", isSent: false };
  const files = plannedFiles(selection, ({ path }) => places.get(path) ?? nowhere);
  return planOf(manifest, { datasets, files }, planTarget);
}

/** Which dataset each file is in, or goes to. */
function* placesOf(
  { name, indexed }: Target,
  decision: GrowDecision | undefined,
): Generator<readonly [path: string, place: Place]> {
  if (decision === undefined) {
    for (const { path } of indexed) yield [path, { dataset: name, isSent: true }];
    return;
  }
  const { increments, plan, next } = decision;
  const names = new Map(increments.map(({ dataset }) => [dataset.uid, dataset.name]));
  for (const { path, datasetUid } of [...plan.current, ...plan.unverified])
    yield [path, { dataset: names.get(datasetUid) ?? name, isSent: false }];
  for (const { path } of plan.toSend) yield [path, { dataset: next?.name ?? name, isSent: true }];
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

/** @throws InputError with every set that has other increments than when the plan was made, or would send something else */
export function checkPlannedSets(plan: Plan, decided: DecidedSets): void {
  refuse(plan.datasets.flatMap((planned) => changeOf(planned, decided.get(planned.folder)) ?? []));
}

function changeOf(
  { growing, digest }: PlannedDataset,
  decision: GrowDecision | undefined,
): string | undefined {
  if (growing === null || growing.increments === null || decision === undefined) return undefined;
  const { increments: before, set } = growing;
  const now = decision.increments.map(({ dataset }) => dataset.uid);
  const gone = before.filter((uid) => !now.includes(uid));
  const came = decision.increments.filter(({ dataset }) => !before.includes(dataset.uid));
  if (isDone({ growing, digest }, decision, { gone, came })) return undefined;
  if (gone.length + came.length > 0) {
    const what = `${came.length} of its datasets came and ${gone.length} went`;
    return `the growing set ${set} has moved since it was made: ${what}`;
  }
  if (createManifest(decision.plan.toSend).digest === digest) return undefined;
  return `other files of the growing set ${set} would be sent than when it was made`;
}

/** As when failed jobs are run again: the increment that was planned is there, and nothing else has changed. */
function isDone(
  { growing, digest }: { readonly growing: PlannedGrowth; readonly digest: string },
  { plan }: GrowDecision,
  { gone, came }: { readonly gone: readonly string[]; readonly came: readonly Increment[] },
): boolean {
  const [made, ...others] = came;
  return (
    made?.shortDigest === shortDigest(digest) &&
    others.length + gone.length + plan.toSend.length === 0 &&
    plan.unverified.length <= growing.unverified
  );
}
