// Whether a later run would still do what a plan says, or has nothing left to do of it. Pure; docs/plan.md describes it.
import { InputError } from "../../src/errors";
import { compareManifests, describeChanges } from "../../src/files/manifest/compare";
import { createManifest, type Manifest } from "../../src/files/manifest/manifest";
import type { Counts } from "../../src/operations/datasets/dataset-work";
import type { Destination } from "../selection/destination";
import type { Selection, Target } from "../selection/selection";
import { createPlan, type PlanTarget, type ServerDataset, type ServerDatasets } from "./plan";
import { otherThanNow } from "./plan-again";
import { settingsChanges } from "./plan-settings";
import { isPlan, type Plan, type PlannedDataset } from "./plan-shape";

/** @throws InputError when `text` is not a plan */
export function parsePlan(text: string, file: string): Plan {
  try {
    const value: unknown = JSON.parse(text);
    if (isPlan(value)) return value;
  } catch {
    // Told below, as for JSON that is not a plan.
  }
  throw new InputError([
    { input: "plan", text: `${file} is not a plan that a dry run of this version wrote` },
  ]);
}

/** @throws InputError with everything that is no longer what the plan says: files, datasets, place, settings */
export function checkPlan(plan: Plan, selection: Selection, planTarget: PlanTarget): void {
  const planned = createManifest(plan.files);
  if (planned.digest !== plan.digest) refuse(["its files do not match its digest"]);
  const places = [[placeOf(plan.destination)], [placeOf(planTarget.destination)]] as const;
  refuse([
    ...contentChanges(plan, planned, selection),
    ...otherwise("places", ...places),
    ...settingsChanges(plan.settings, planTarget.settings),
  ]);
  // What growing sets make of the files depends on what they hold.
  if (plan.datasets.some(({ growing }) => growing !== null)) return;
  const now = createPlan(selection, plannedLook(plan), planTarget);
  const datasets = now.datasets.map((one, index) => ({
    ...one,
    replaces: plan.datasets[index]?.replaces ?? null,
  }));
  refuse(otherThanNow(plan, { ...now, datasets }));
}

/** What the server had when the plan was made. */
function plannedLook({ datasets }: Plan): ServerDatasets {
  const lookedUp = datasets.filter(({ exists }) => exists !== null);
  return new Map(lookedUp.map(({ name, uid }) => [name, { uid: uid ?? undefined }]));
}

function contentChanges(plan: Plan, planned: Manifest, selection: Selection): readonly string[] {
  if (plan.digest === selection.manifest.digest) {
    // Of one set several may be made.
    const planned = new Set(
      plan.datasets.map((one) => describe({ ...one, set: one.growing?.set })),
    );
    const now = selection.targets.map((one) => describe({ ...one, set: one.growing && one.name }));
    return otherwise("datasets", [...planned], now);
  }
  // Names made of the digest are others then, which would say it twice.
  const changes = describeChanges(compareManifests(planned, selection.manifest));
  return [`the files have changed since it was made:\n${changes}`];
}

/** @throws InputError with every dataset that was created with other content, removed, made again or changed since the plan was made */
export function checkPlannedDatasets(plan: Plan, looked: ServerDatasets): void {
  refuse(
    plan.datasets.flatMap((planned) => {
      const now = looked.get(planned.name);
      if (planned.exists === null || now === undefined) return [];
      return identityChange(planned, now) ?? replacedChange(planned, now) ?? [];
    }),
  );
}

/** People work on the versions meanwhile, so what they have made of them is not compared. */
function replacedChange(
  { name, uid, replaces }: PlannedDataset,
  now: ServerDataset,
): string | undefined {
  if (uid !== null || now.uid !== undefined || now.earlier === undefined) return undefined;
  // No look could show them then: the plan names none.
  const planned = replaces ?? [];
  const differences = [
    ...without(now.earlier, planned).map((version) => `also of ${version}`),
    ...without(planned, now.earlier).map((version) => `not of ${version}`),
  ];
  if (differences.length === 0) return undefined;
  return `${name} now replaces other versions than the plan says: ${differences.join(", ")}`;
}

type Version = Pick<Counts, "name" | "uid">;

function without(versions: readonly Version[], others: readonly Version[]): readonly string[] {
  const textOf = ({ name, uid }: Version): string => `${name} (uid ${uid})`;
  const known = new Set(others.map(textOf));
  return versions.map(textOf).filter((text) => !known.has(text));
}

function identityChange({ name, uid }: PlannedDataset, now: ServerDataset): string | undefined {
  const uidNow = now.uid ?? null;
  if (uidNow === uid) return undefined;
  if (uidNow === null) return `the dataset ${name} existed when the plan was made, and is gone now`;
  // As when failed jobs are run again: what was planned is done, and carried out by doing nothing.
  if (uid === null && now.isExact === true) return undefined;
  if (uid === null)
    return `the dataset ${name} did not exist when the plan was made, and exists now`;
  return `the dataset ${name} was removed and made again after the plan was made: its uid was ${uid}, and is now ${uidNow}`;
}

function otherwise(
  what: string,
  planned: readonly string[],
  now: readonly string[],
): readonly string[] {
  const [before, after] = [planned, now].map((lines) => [...lines].sort().join("\n"));
  if (before === after) return [];
  return [`it was made for other ${what}:\n${before}\nand now they are:\n${after}`];
}

function placeOf({ baseUrl, organization }: Destination): string {
  return organization === null ? baseUrl : `${baseUrl}, organization ${organization}`;
}

function describe({
  name,
  slug,
  dataType,
  set,
}: Pick<Target, "name" | "slug"> & {
  readonly dataType: string;
  readonly set: string | undefined;
}): string {
  // What its next dataset is called changes with what it has.
  return set === undefined ? `${name} (${slug}, ${dataType})` : `${set} (${dataType})`;
}

export function refuse(texts: readonly string[]): void {
  if (texts.length === 0) return;
  throw new InputError(
    texts.map((text) => ({ input: "plan", text })),
    { hint: "Make a new plan with dry-run: true." },
  );
}
