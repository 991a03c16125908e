// The plan of growing sets: of each the increments that would be made, and what the set has. Pure.
import { createManifest } from "../../src/files/manifest/manifest";
import type { GrowDecision } from "../../src/operations/grow/decide-growth";
import { allToMake } from "../../src/operations/grow/next-increment";
import type { Selection, Target } from "../selection/selection";
import { plannedFiles, planOf, type Place, type PlanTarget } from "./plan";
import type { Plan, PlannedDataset, PlannedGrowth } from "./plan-shape";

/** By a target's folder; a set that is not in it was not looked up. */
export type DecidedSets = ReadonlyMap<string, GrowDecision>;

export function createSetsPlan(
  selection: Selection,
  decided: DecidedSets,
  planTarget: PlanTarget,
): Plan {
  const { manifest, targets } = selection;
  const datasets = targets.flatMap((target) => plannedSet(target, decided.get(target.folder)));
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
  if (decision === undefined) {
    const isNew = { dataset: name, isSent: true };
    for (const { path } of indexed) yield [path, isNew];
    return;
  }
  for (const { name: dataset, files } of allToMake(decision)) {
    const isNew = { dataset, isSent: true };
    for (const { path } of files) yield [path, isNew];
  }
  const { increments, plan } = decision;
  const unknown = { dataset: name, isSent: false };
  const held = new Map(
    increments.map(({ dataset }) => [dataset.uid, { dataset: dataset.name, isSent: false }]),
  );
  for (const files of [plan.current, plan.unverified])
    for (const { path, datasetUid } of files) yield [path, held.get(datasetUid) ?? unknown];
}

/** Of each dataset that would be made of it; where none would, of none. */
function plannedSet(target: Target, decision: GrowDecision | undefined): readonly PlannedDataset[] {
  const { folder, name, slug, dataType, indexed } = target;
  const makes = decision === undefined ? [] : allToMake(decision);
  const none = { name, slug, files: decision === undefined ? indexed : [] };
  const growing = growthOf(name, decision);
  return (makes.length === 0 ? [none] : makes).map((one) => {
    const toSend = createManifest(one.files);
    return {
      folder,
      name: one.name,
      slug: one.slug,
      dataType,
      files: toSend.entries.length,
      bytes: toSend.totalBytes,
      digest: toSend.digest,
      exists: decision === undefined ? null : false,
      uid: null,
      replaces: null,
      growing,
    };
  });
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
