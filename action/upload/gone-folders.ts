// Versions of folders that a partitioned set has no files of now: no dataset of the run takes their place, and so no export of
// it covers them. Pure.
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { describeDataset, describeWork } from "../../src/operations/datasets/dataset-work";
import { isPrivate } from "../../src/operations/datasets/dataset-owner";
import { counted, listed as lines } from "../../src/text";
import type { Target } from "../selection/selection";

/** `pets-`, `-` and nothing of `pets-{folder}-{digest}`. */
interface Around {
  readonly before: string;
  readonly between: string;
  readonly after: string;
}

/** What a template has around folder and digest; `undefined` for one that has them otherwise. */
export function aroundFolder(template: string): Around | undefined {
  const [before = "", rest, ...more] = template.split("{folder}");
  const [between = "", after, ...end] = (rest ?? "").split("{digest}");
  if (after === undefined || more.length + end.length > 0) return undefined;
  return { before, between, after };
}

const DIGITS = 12;

/** The name without its digest; `undefined` for one that is not a version of any folder. */
function withoutDigest(name: string, { before, between, after }: Around): string | undefined {
  if (!name.startsWith(before) || !name.endsWith(after)) return undefined;
  const end = name.length - after.length;
  const start = name.slice(0, end - DIGITS);
  const isVersion = /^[0-9a-f]{12}$/.test(name.slice(end - DIGITS, end));
  const hasFolder = start.length > before.length + between.length;
  return isVersion && hasFolder && start.endsWith(between) ? start : undefined;
}

/** `undefined` where there is nothing to say. */
export function describeGoneFolders(
  listed: readonly Dataset[],
  targets: readonly Target[],
  template: string,
): string | undefined {
  const around = aroundFolder(template);
  if (around === undefined) return undefined;
  const kept = new Set(targets.map(({ name }) => withoutDigest(name, around)));
  const gone = listed.filter((dataset) => {
    const start = withoutDigest(dataset.name, around);
    return start !== undefined && isPrivate(dataset) && !kept.has(start);
  });
  if (gone.length === 0) return undefined;
  const [stay, them] = gone.length === 1 ? ["stays", "it"] : ["stay", "them"];
  const names = gone.map(describeDataset);
  const what = `${counted(gone.length, "dataset")} of folders that have no files now ${stay} at Avala, and exports of this run do not cover ${them}.`;
  return `${what} ${describeWork(gone)}${lines(names, 5)}`;
}
