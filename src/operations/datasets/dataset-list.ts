// Datasets by a part of their name, in one list: what there is of a set's versions and partitions, whatever their number.
import type { Avala } from "../../api/connection";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { searchDatasets } from "../../api/endpoints/datasets/datasets";
import { shortDigest } from "../../files/manifest/dataset-name";
import { getOwnUser, namesOfUser } from "../../api/endpoints/users";
import { isOwned, isPrivate } from "./dataset-owner";
import { ignoreRefused, knownOwner, type OwnerWanted } from "./dataset-ref";

// Twenty pages of a hundred. A part of a name that more datasets share is too common to be of use.
const maxListed = 2000;
// Of each public dataset under an unknown name the server is asked with a call or two.
const maxAsked = 20;
// A shorter part is in too many names.
const minPartCharacters = 2;

/** Whose name it is, and the digest that may be in it. */
interface SetName {
  readonly name: string;
  readonly digest?: string | undefined;
}

export interface VersionName extends SetName {
  readonly digest: string;
}

/** What of a name stands before its digest, and after it; all of it where it has none. */
function partsOf({ name, digest }: SetName): readonly [before: string, after: string] {
  const at = digest === undefined ? -1 : name.indexOf(shortDigest(digest));
  if (at === -1 || digest === undefined) return [name, name];
  return [name.slice(0, at), name.slice(at + shortDigest(digest).length)];
}

/** Whether the digest is in the name, so that other content has another name. */
export function isVersionName({ name, digest }: VersionName): boolean {
  return name.includes(shortDigest(digest));
}

function commonStart(texts: readonly string[]): string {
  const [first = "", ...rest] = texts;
  let length = first.length;
  for (const text of rest) {
    while (!text.startsWith(first.slice(0, length))) length -= 1;
  }
  return first.slice(0, length);
}

function reversed(text: string): string {
  return [...text].reverse().join("");
}

/** The longest part that all these names and their other versions have; `undefined` where there is none to search by. */
export function sharedPart(names: readonly SetName[]): string | undefined {
  const parts = names.map(partsOf);
  const before = commonStart(parts.map(([start]) => start));
  const after = reversed(commonStart(parts.map(([, end]) => reversed(end))));
  const part = (before.length >= after.length ? before : after).trim();
  return part.length < minPartCharacters ? undefined : part;
}

/** All that have `part` in their name; `undefined` when there are too many. @throws ApiError */
export async function listNamed(
  avala: Avala,
  part: string,
): Promise<readonly Dataset[] | undefined> {
  const found: Dataset[] = [];
  for await (const dataset of searchDatasets(avala, part)) {
    if (found.length === maxListed) return undefined;
    found.push(dataset);
  }
  return found;
}

/** Whether a dataset is another version of the same set: its name differs in the digest only. */
export function isOtherVersion({ name }: { readonly name: string }, of: VersionName): boolean {
  const digits = shortDigest(of.digest);
  const places = of.name.split(digits);
  const at = places[0]?.length ?? 0;
  const other = name.slice(at, at + digits.length);
  return (
    places.length > 1 &&
    other !== digits &&
    /^[0-9a-f]{12}$/.test(other) &&
    places.join(other) === name
  );
}

interface ByOwner {
  /** The owner's, as far as anything shows: a private dataset that is listed is hardly a stranger's. */
  readonly owned: readonly Dataset[];
  /** Public ones of which nothing shows whose they are. */
  readonly unsure: readonly Dataset[];
}

/** Public ones of strangers are listed too, and the own user's beside an organization's. */
export async function sortByOwner(
  avala: Avala,
  listed: readonly Dataset[],
  wanted: OwnerWanted,
): Promise<ByOwner> {
  const { names } = await knownOwner(avala, wanted);
  const user =
    wanted.organizationUid === undefined ? undefined : await getOwnUser(avala).catch(ignoreRefused);
  const others = user === undefined ? [] : namesOfUser(user);
  const owned: Dataset[] = [];
  const unsure: Dataset[] = [];
  let asked = 0;
  for (const dataset of listed) {
    const { ownerName = "" } = dataset;
    if (others.includes(ownerName) && !names.includes(ownerName)) continue;
    if (isPrivate(dataset) || names.includes(ownerName)) {
      owned.push(dataset);
      continue;
    }
    asked += 1;
    const isOwn = asked > maxAsked ? undefined : await isOwned(avala, dataset, wanted);
    if (isOwn === true) owned.push(dataset);
    if (isOwn === undefined) unsure.push(dataset);
  }
  return { owned, unsure };
}
