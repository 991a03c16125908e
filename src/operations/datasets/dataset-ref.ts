// Owner and slug of a dataset, as the routes of items, health, changes and deletion take them. The server's own word for
// the owner may be a display name, or missing (contract, "Datasets"): then the names that the owner is known by are tried.
import type { Avala } from "../../api/connection";
import type { DatasetRef } from "../../api/endpoints/datasets/dataset-given";
import { getDataset } from "../../api/endpoints/datasets/datasets";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { findOrganization, namesOfOrganization } from "../../api/endpoints/organizations";
import { getOwnUser, namesOfUser } from "../../api/endpoints/users";
import { pathPartProblem } from "../../api/path-part";
import { AvalaError, isAvalaError, isNotFound } from "../../errors";

export interface OwnerWanted {
  /** As the user wrote it: a username, a handle, an e-mail address, a slug. */
  readonly ownerName?: string | undefined;
  readonly organizationUid?: string | undefined;
}

/** What is known of an owner: of any of it nothing, where the key may not look. */
export interface KnownOwner {
  /** What the server may call the owner by; first what its paths take. */
  readonly names: readonly string[];
  /** What the owner's storage prefixes begin with (contract, "Confirm"). */
  readonly root?: string | undefined;
}

const REFUSALS: ReadonlySet<string> = new Set([
  ...["permission", "not_found", "not_offered", "validation"],
]);

/** Whether the server refused this very call, so that it says nothing of what was asked. */
export function isRefused(error: unknown): boolean {
  return isAvalaError(error) && REFUSALS.has(error.code);
}

/** For `.catch` of a read that is only advisory. @throws any other error as it is */
export function ignoreRefused(error: unknown): undefined {
  if (isRefused(error)) return undefined;
  throw error;
}

async function userKnownAs(avala: Avala, ownerName: string | undefined): Promise<KnownOwner> {
  const user = await getOwnUser(avala).catch(ignoreRefused);
  const own = user === undefined ? [] : namesOfUser(user);
  if (ownerName !== undefined && !own.includes(ownerName)) return { names: [ownerName] };
  return { names: own, root: user && `__u__=/${user.uid}/` };
}

export async function knownOwner(avala: Avala, wanted: OwnerWanted): Promise<KnownOwner> {
  const { ownerName, organizationUid } = wanted;
  if (organizationUid === undefined) return userKnownAs(avala, ownerName);
  const organization = await findOrganization(avala, organizationUid).catch(ignoreRefused);
  const names = organization === undefined ? [] : namesOfOrganization(organization);
  const given = ownerName === undefined ? [] : [ownerName];
  return { names: [...new Set([...given, ...names])], root: `__o__=/${organizationUid}/` };
}

/** Whether it can be a part of a path: an organization's name may be any text. */
export function isPathPart(name: string | undefined): name is string {
  return name !== undefined && pathPartProblem(name) === undefined;
}

/** What the server has under an owner and a slug. `unknown` where it does not let that be seen. */
export async function lookUnder(
  avala: Avala,
  owner: string,
  slug: string,
): Promise<Dataset | "nothing" | "unknown"> {
  if (!isPathPart(owner)) return "unknown";
  try {
    return await getDataset(avala, { owner, slug });
  } catch (error) {
    if (!isRefused(error)) throw error;
    return isNotFound(error) ? "nothing" : "unknown";
  }
}

/** The owners to try in a path when the server's own word for the owner does not serve. */
async function otherOwners(
  avala: Avala,
  dataset: Dataset,
  wanted: OwnerWanted,
): Promise<readonly string[]> {
  const { names } = await knownOwner(avala, wanted);
  const all = [...names, wanted.organizationUid];
  return [...new Set(all)].filter(isPathPart).filter((name) => name !== dataset.ownerName);
}

/** Of `owners` those under which the server has this dataset; else those of which that can't be known. */
async function ownersWith(
  avala: Avala,
  { uid, slug }: Pick<Dataset, "uid" | "slug">,
  owners: readonly string[],
): Promise<readonly string[]> {
  const possible: string[] = [];
  for (const owner of owners) {
    const found = await lookUnder(avala, owner, slug);
    if (typeof found === "string") possible.push(owner);
    else if (found.uid === uid) return [owner];
  }
  return possible;
}

function noOwner({ name, uid }: Dataset): AvalaError {
  return new AvalaError(
    "bad_reply",
    `Avala does not say who owns the dataset ${name} (uid ${uid}), and listing its items needs the owner's name.`,
    {
      hint: "Use a key without a list of scopes, or give your Avala user a username or a handle, and run again.",
    },
  );
}

/** A dataset that was given to another owner has another word for it. */
function rememberedAs({ uid, ownerName = "" }: Dataset): string {
  return `${uid} ${ownerName}`;
}

function remember(avala: Avala, dataset: Dataset, owner: string): void {
  avala.remembered.ownersInPaths ??= new Map();
  avala.remembered.ownersInPaths.set(rememberedAs(dataset), owner);
}

/**
 * Owner and slug for a path: the server's own word for the owner, else a name of the owner that was asked for, and never one
 * under which the server has another dataset.
 * @throws AvalaError `bad_reply` when no name can be known
 */
export async function refOf(
  avala: Avala,
  dataset: Dataset,
  wanted: OwnerWanted = {},
): Promise<DatasetRef> {
  const { slug, ownerName } = dataset;
  const known = avala.remembered.ownersInPaths?.get(rememberedAs(dataset));
  if (known !== undefined) return { owner: known, slug };
  if (isPathPart(ownerName)) return { owner: ownerName, slug };
  const [owner] = await ownersWith(avala, dataset, await otherOwners(avala, dataset, wanted));
  if (owner === undefined) throw noOwner(dataset);
  return { owner, slug };
}

/**
 * What `read` returns for the dataset's owner and slug. Where the server refuses it under its own word for the owner, it is
 * read under the owner's other names at which the server has the dataset.
 * @throws as {@link refOf} and `read`
 */
export async function readUnderOwner<T>(
  avala: Avala,
  dataset: Dataset,
  wanted: OwnerWanted,
  read: (ref: DatasetRef) => Promise<T>,
): Promise<T> {
  const ref = await refOf(avala, dataset, wanted);
  const isShown = avala.remembered.ownersInPaths?.has(rememberedAs(dataset)) === true;
  try {
    const value = await read(ref);
    remember(avala, dataset, ref.owner);
    return value;
  } catch (error) {
    if (isShown || !isRefused(error)) throw error;
    const others = (await otherOwners(avala, dataset, wanted)).filter((one) => one !== ref.owner);
    for (const owner of others) {
      const found = await lookUnder(avala, owner, dataset.slug);
      if (typeof found === "string" || found.uid !== dataset.uid) continue;
      const value = await read({ owner, slug: dataset.slug }).catch(ignoreRefused);
      if (value === undefined) continue;
      remember(avala, dataset, owner);
      return value;
    }
    throw error;
  }
}
