// The datasets that are made of what a growing set lacks, and their names: first what earlier runs began and can be finished as
// it was begun, then one of all else. A run that resumes comes to the name that it began under, also where another increment
// came meanwhile: the journals of its uploads say which.
import type { Avala } from "../../api/connection";
import { createManifest, type ManifestEntry } from "../../files/manifest/manifest";
import { isSameDigest } from "../../files/manifest/compare";
import { printable } from "../../redact";
import { countedOf } from "../../text";
import {
  begunNumber,
  findBegun,
  findJournals,
  manifestOfBegun,
  type BegunIncrement,
  type Journals,
} from "./begun-increments";
import type { GrowOptions, GrowTarget } from "./growth";
import {
  incrementName,
  nextNumber,
  numberedSlug,
  parseIncrement,
  plannedName,
} from "./increment-name";

export interface IncrementToMake {
  readonly number: number;
  readonly name: string;
  readonly slug: string;
  /** Of all that it is made of. */
  readonly digest: string;
  readonly files: readonly ManifestEntry[];
  /** How many of them an interrupted run has landed, where this is finished as that run began it. */
  readonly landed?: number | undefined;
}

interface ToMake {
  /** Absent where nothing is to be sent. */
  readonly next?: IncrementToMake | undefined;
  /** What is made after it in the same run, in order. */
  readonly later: readonly IncrementToMake[];
  /** Begun, and not finished as they were, though something of them is sent again. */
  readonly abandoned: readonly BegunIncrement[];
}

/** In their order. */
export function allToMake({
  next,
  later,
}: Pick<ToMake, "next" | "later">): readonly IncrementToMake[] {
  return next === undefined ? [] : [next, ...later];
}

/** `set-0001-3f9a1c2e77b0, 92 of 290 files landed` */
export function describeBegun({ name, files, landed = 0 }: IncrementToMake): string {
  return `${printable(name)}, ${countedOf(landed, files.length, "file")} landed`;
}

export interface ToMakeTerms extends Pick<GrowOptions, "stateDirectory" | "stored"> {
  /** Of all increments that there are or were. */
  readonly numbers: readonly number[];
}

/** The number that an upload of this very content has by the journals, or by the caller's own state. */
function numberOf(
  target: GrowTarget,
  digest: string,
  {
    journals,
    stored,
    next,
  }: Pick<ToMakeTerms, "stored"> & {
    readonly journals: Journals | undefined;
    readonly next: number;
  },
): number | undefined {
  const begun = journals && begunNumber(target, digest, journals, next);
  if (begun !== undefined || stored === undefined) return begun;
  const known = parseIncrement(target.name, { name: stored.name, slug: "" });
  return known !== undefined && isSameDigest(known.shortDigest, digest) ? known.number : undefined;
}

function without(
  files: readonly ManifestEntry[],
  taken: readonly ManifestEntry[],
): readonly ManifestEntry[] {
  const paths = new Set(taken.map(({ path }) => path));
  return files.filter(({ path }) => !paths.has(path));
}

function isAnyLandedIn({ landed }: BegunIncrement, files: readonly ManifestEntry[]): boolean {
  return landedAgain(landed, files) > 0;
}

/** How many of what had landed is among the files, as it was. */
export function landedAgain(
  landed: readonly ManifestEntry[],
  files: readonly ManifestEntry[],
): number {
  const byPath = new Map(landed.map(({ path, sha256 }) => [path, sha256]));
  return files.filter(({ path, sha256 }) => isSameDigest(byPath.get(path) ?? "", sha256)).length;
}

/** Costs no call but where the state folder has journals: then that of whose they are. */
export async function toMakeOf(
  avala: Avala,
  target: GrowTarget,
  toSend: readonly ManifestEntry[],
  { numbers, stored, stateDirectory }: ToMakeTerms,
): Promise<ToMake> {
  if (toSend.length === 0) return { later: [], abandoned: [] };
  const journals = await findJournals(avala, target, stateDirectory);
  const begun = await findBegun(avala, target, journals, stored);
  const makes: IncrementToMake[] = [];
  const open: BegunIncrement[] = [];
  const taken = [...numbers];
  let rest = toSend;
  for (const one of begun) {
    const manifest = manifestOfBegun(one, rest);
    if (manifest === undefined) {
      open.push(one);
      continue;
    }
    const { entries: files, digest } = manifest;
    const { number, landed } = one;
    const { name } = incrementName(target.name, number, digest);
    // Its name may have a number that another one has. A slug's number is always the one after all that there are.
    const next = nextNumber(taken);
    const slug = numberedSlug(target.name, next);
    makes.push({ number, digest, name, slug, files, landed: landed.length });
    taken.push(number, next);
    rest = without(rest, files);
  }
  if (rest.length > 0) {
    const { digest } = createManifest(rest);
    const next = nextNumber(taken);
    const number = numberOf(target, digest, { journals, stored, next }) ?? next;
    makes.push({ number, digest, ...plannedName(target.name, number, digest), files: rest });
  }
  const [next, ...later] = makes;
  const last = makes.find(({ landed }) => landed === undefined)?.files ?? [];
  return { next, later, abandoned: open.filter((one) => isAnyLandedIn(one, last)) };
}
