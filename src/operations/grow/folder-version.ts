// Versions of folders whose names are numbers, `pets-0007-3f9a1c2e77b0` of the folder 0007, are named as increments of `pets`
// are. Names do not distinguish them; their items do, as far as all of them lie in that folder. Pure.
import { printable } from "../../redact";
import { counted, listed } from "../../text";
import { withUid } from "../datasets/dataset-work";
import type { Increment } from "./growth-plan";
import { nameOfSet, type GrowingName } from "./increment-name";

/** Whether all that it holds lies in a folder that is called as its number is written. */
function isLikeFolderVersion({ dataset, entries }: Increment): boolean {
  const digits = /(\d{4,6})-[0-9a-f]{12}$/i.exec(dataset.name)?.[1];
  if (digits === undefined || entries.length === 0) return false;
  return entries.every(({ path }) => path.split("/").slice(0, -1).includes(digits));
}

/** `undefined` where there is nothing to say */
export function describeFolderVersions(
  increments: readonly Increment[],
  name: GrowingName,
): string | undefined {
  const like = increments.filter(isLikeFolderVersion);
  if (like.length === 0) return undefined;
  const isOne = like.length === 1;
  const names = like.map(({ dataset }) => withUid(dataset));
  const it = isOne ? "It counts" : "They count";
  return `${counted(like.length, "dataset")} of the growing set ${printable(nameOfSet(name))} may be ${isOne ? "a version of a folder" : "versions of folders"}: all items are in a folder whose name is the number in the dataset's name. ${it} as ${isOne ? "an increment" : "increments"}, in exports of the set too. If ${isOne ? "it is" : "they are"} not, give the growing set another name.${listed(names, 5)}`;
}
