// What a publish refuses, in words. Decides nothing.
import type { Dataset } from "./api/datasets";
import type { ItemComparison } from "./dataset";
import { AvalaError, listed } from "./errors";
import { shown } from "./files/names";

function describeDifferences({ missing, wrongSize, extra }: ItemComparison): string {
  return listed([
    ...missing.map((path) => `${shown(path)}: not in the dataset`),
    ...wrongSize.map((path) => `${shown(path)}: of another size in the dataset`),
    ...extra.map((path) => `${shown(path)}: in the dataset, and not among these files`),
  ]);
}

export function holdsOthers(existing: Dataset, items: ItemComparison): AvalaError {
  return new AvalaError(
    "conflict",
    `The dataset ${existing.name} exists (uid ${existing.uid}) and does not hold exactly these files:${describeDifferences(items)}`,
    { hint: "With {digest} in its name, each content gets a dataset of its own." },
  );
}

export function existsAlready({ name, uid }: Dataset): AvalaError {
  return new AvalaError("conflict", `The dataset ${name} exists already (uid ${uid}).`, {
    hint: "Choose another name, or allow an existing dataset to be verified or appended to.",
  });
}

export function sentByAnother(name: string, paths: readonly string[]): AvalaError {
  return new AvalaError(
    "conflict",
    `Another run sent other content under the name ${name} while this one did, so this one confirms nothing:${listed(paths.map(shown))}`,
    {
      hint: "Run again when no other run sends under this name. With {digest} in it, each content gets a dataset of its own.",
    },
  );
}

/** Its name is taken, and the key may not read: whose dataset that is, nobody can tell. */
export function mayBeOurs(
  name: string,
  isNamedByContent: boolean,
  refusal: AvalaError,
): AvalaError {
  const guess = isNamedByContent
    ? "Its name is made of these files' content, so most probably it is theirs, made by an earlier run whose reply was lost"
    : "An earlier run whose reply was lost may have made it of these files, or another one of others";
  return new AvalaError(
    "conflict",
    `The dataset ${name} exists already, and the key may not look whether it holds these files: ${refusal.message}`,
    {
      hint: `${guess}: look in the dashboard, or give the key the scope datasets.read, and a run looks for itself.`,
      cause: refusal,
    },
  );
}

/** @throws AvalaError `dataset` when it was made without some of what was sent */
export function requireSame(dataset: Dataset, items: ItemComparison): void {
  if (items.missing.length + items.wrongSize.length === 0) return;
  const lines = describeDifferences({ ...items, extra: [] });
  throw new AvalaError(
    "dataset",
    `The dataset ${dataset.name} was made without some of its files:${lines}`,
    {
      hint: `Look at its health in the dashboard (uid ${dataset.uid}); then upload the files under another name.`,
    },
  );
}
