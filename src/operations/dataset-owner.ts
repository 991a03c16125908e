// Whose a dataset is. The server writes an owner as a username, a handle or the slug of an organization, whichever it
// likes, so names that differ prove nothing (contract, "Datasets").
import type { Avala } from "../api/connection";
import { getDataset, type DatasetRef } from "../api/endpoints/datasets";
import type { Dataset } from "../api/endpoints/dataset-wire";
import { listOrganizations, namesOfOrganization } from "../api/endpoints/organizations";
import { pathPartProblem } from "../api/path-part";
import { getOwnUser, namesOfUser } from "../api/endpoints/users";
import { badReply } from "../api/wire";
import { AvalaError, isNotAllowedToRead, ignoreForbidden } from "../errors";

export interface OwnerWanted {
  /** As the user wrote it: a username, a handle, an e-mail address, a slug. */
  readonly ownerName?: string | undefined;
  readonly organizationUid?: string | undefined;
}

/** The names that the server may call the owner by; `undefined` when none of them can be known. */
async function ownerNames(avala: Avala, of: OwnerWanted): Promise<readonly string[] | undefined> {
  if (of.ownerName !== undefined) return [of.ownerName];
  const names =
    of.organizationUid === undefined
      ? namesOfUser(await getOwnUser(avala))
      : await namesOfUid(avala, of.organizationUid);
  return names.length === 0 ? undefined : names;
}

async function namesOfUid(avala: Avala, organizationUid: string): Promise<readonly string[]> {
  for await (const organization of listOrganizations(avala)) {
    if (organization.uid === organizationUid) return namesOfOrganization(organization);
  }
  return [];
}

/** What the server has under an owner and a slug; `undefined` when nothing, or nothing that the key may see. */
async function uidUnder(avala: Avala, { owner, slug }: DatasetRef): Promise<string | undefined> {
  // An organization's name may be any text.
  if (pathPartProblem(owner) !== undefined) return undefined;
  try {
    return (await getDataset(avala, { owner, slug })).uid;
  } catch (error) {
    if (isNotAllowedToRead(error)) return undefined;
    throw error;
  }
}

/** Whether the server itself finds this very dataset under one of the names. At most a call for each. */
async function isFoundUnder(
  avala: Avala,
  { uid, slug }: Pick<Dataset, "uid" | "slug">,
  owners: readonly string[],
): Promise<boolean> {
  for (const owner of owners) {
    if ((await uidUnder(avala, { owner, slug })) === uid) return true;
  }
  return false;
}

/** Whether `ownerName` is a name of a dataset's owner, though the server calls the owner by another one. */
export function isOwnedBy(
  avala: Avala,
  dataset: Pick<Dataset, "uid" | "slug">,
  ownerName: string,
): Promise<boolean> {
  return isFoundUnder(avala, dataset, [ownerName]);
}

/**
 * The one of `candidates` that belongs to the wanted owner. Where names are equal that costs no call; else the server is
 * asked what it has under the owner's names. Where none of the owner's names can be known, the first one is taken.
 */
export async function ownedAmong(
  avala: Avala,
  candidates: readonly Dataset[],
  wanted: OwnerWanted,
): Promise<Dataset | undefined> {
  if (candidates.length === 0) return undefined;
  const owners = await ownerNames(avala, wanted).catch(ignoreForbidden);
  const named = candidates.find(
    ({ ownerName }) =>
      owners === undefined || ownerName === undefined || owners.includes(ownerName),
  );
  if (named !== undefined || owners === undefined) return named;
  for (const candidate of candidates) {
    if (await isFoundUnder(avala, candidate, owners)) return candidate;
  }
  return undefined;
}

/**
 * Owner and slug, as the routes of items, updates and deletion want them: the server's own word for the owner, else one
 * of the key's user.
 * @throws AvalaError `bad_reply` for an owner that no path can name: an organization's name may be any text in a list
 */
export async function refOf(avala: Avala, dataset: Dataset): Promise<DatasetRef> {
  const { ownerName, slug } = dataset;
  const owner = ownerName || namesOfUser(await getOwnUser(avala))[0];
  if (owner === undefined) {
    throw new AvalaError(
      "bad_reply",
      `Avala does not say whose the dataset ${dataset.name} (uid ${dataset.uid}) is, and its calls for a dataset's items need that name.`,
      { hint: "Give your Avala user a username or a handle, and run again." },
    );
  }
  const problem = pathPartProblem(owner);
  if (problem !== undefined) {
    throw badReply("GET /datasets/{uid}/", `the owner of dataset ${dataset.name} ${problem}`);
  }
  return { owner, slug };
}
