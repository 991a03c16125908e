// Increments that no list shows: found by their slugs, whose numbers follow each other.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { knownOwner, lookUnder } from "../datasets/dataset-ref";
import type { GrowTarget } from "./growth";
import { numberedSlug } from "./increment-name";

type Target = Pick<GrowTarget, "name" | "dataset">;

interface Shown {
  readonly listed: readonly Dataset[];
  /** That of the increment that is to be made. */
  readonly number: number;
  /** That of the slug that was refused. Absent before the first confirm. */
  readonly tried: number | undefined;
}

/** The owner's datasets that have the slug of this number, and of those after it without a gap. */
async function withSlugsFrom(
  avala: Avala,
  target: Target,
  first: number,
): Promise<readonly Dataset[]> {
  const { names } = await knownOwner(avala, target.dataset);
  const all: Dataset[] = [];
  for (let number = first; ; number += 1) {
    const slug = numberedSlug(target.name, number);
    const looks = await Promise.all(names.map((owner) => lookUnder(avala, owner, slug)));
    // Of another slug it is not what was asked for, and there would be no end of it.
    const found = looks.filter((one) => typeof one !== "string").filter((one) => one.slug === slug);
    if (found.length === 0) return all;
    all.push(...found);
  }
}

/**
 * A list may leave out what is being made, or what is an organization's: then the slug that was refused shows whose it is, or
 * that of the own number, where an earlier try of this run or one that was killed has made the dataset.
 */
export async function withUnlisted(
  avala: Avala,
  target: Target,
  { listed, number, tried }: Shown,
): Promise<readonly Dataset[]> {
  if (tried === undefined) return listed;
  const isListed = (one: number): boolean => {
    const slug = numberedSlug(target.name, one);
    return listed.some((dataset) => dataset.slug === slug);
  };
  const unlisted = [...new Set([tried, number])].filter((one) => !isListed(one));
  const all = new Map(listed.map((dataset) => [dataset.uid, dataset]));
  for (const one of unlisted)
    for (const found of await withSlugsFrom(avala, target, one)) all.set(found.uid, found);
  return [...all.values()];
}
