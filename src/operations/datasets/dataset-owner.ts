// Whose a dataset is. The server writes an owner as a username, a handle, the slug of an organization or not at all, so
// names that differ prove nothing (contract, "Datasets"): then the server is asked what it has under the owner's names, and
// in whose storage the files lie.
import { ignoreAdvice } from "../../api/advice";
import { withDeadline, type Avala } from "../../api/connection";
import { getDatasetHealth } from "../../api/endpoints/datasets/dataset-health";
import type { Dataset } from "../../api/endpoints/datasets/dataset-wire";
import { getOwnUser, namesOfUser } from "../../api/endpoints/users";
import { AvalaError } from "../../errors";
import { ifLate } from "../../flow/deadline";
import { MORE_TIME } from "../../hints";
import { printable } from "../../redact";
import { waitUntilMs, type WaitMs } from "../wait";
import {
  ignoreRefused,
  isPathPart,
  knownOwner,
  lookUnder,
  type KnownOwner,
  type OwnerWanted,
} from "./dataset-ref";

/** A dataset of the wanted name. */
export interface Found {
  readonly dataset: Dataset;
  /** Whether it is shown to be the wanted owner's. Else nothing of it is vouched for. */
  readonly isOwnerKnown: boolean;
}

type Candidate = Pick<Dataset, "uid" | "slug" | "ownerName" | "visibility">;

/** Whether the server itself finds it under a name of the owner; `undefined` where that can't be known. */
async function isUnder(
  avala: Avala,
  { uid, slug }: Candidate,
  { names }: KnownOwner,
): Promise<boolean | undefined> {
  let isKnown = names.length > 0;
  for (const name of names) {
    const found = await lookUnder(avala, name, slug);
    if (typeof found !== "string" && found.uid === uid) return true;
    if (found === "unknown") isKnown = false;
  }
  return isKnown ? false : undefined;
}

/** Whether its files lie in the owner's storage; `undefined` where the server does not say. */
async function isStoredUnder(
  avala: Avala,
  { slug, ownerName }: Candidate,
  { root }: KnownOwner,
): Promise<boolean | undefined> {
  if (root === undefined || !isPathPart(ownerName)) return undefined;
  const health = await getDatasetHealth(avala, { owner: ownerName, slug }).catch(ignoreAdvice);
  const found = /__[ou]__=\/[^/]+\//.exec(health?.s3Prefix ?? "")?.[0];
  return found === undefined ? undefined : found === root;
}

/** Whether the server calls the owner by a name of the key's own user, where an organization is wanted. */
async function isOwnInstead(
  avala: Avala,
  { ownerName }: Candidate,
  { organizationUid }: OwnerWanted,
): Promise<boolean> {
  if (organizationUid === undefined || ownerName === undefined) return false;
  const user = await getOwnUser(avala).catch(ignoreRefused);
  return user !== undefined && namesOfUser(user).includes(ownerName);
}

/** Strongest first: names that are equal, the server's own paths, where the files lie. `undefined`: can't be known. */
async function judgeOwner(
  avala: Avala,
  candidate: Candidate,
  { wanted, owner }: { readonly wanted: OwnerWanted; readonly owner: KnownOwner },
): Promise<boolean | undefined> {
  const { ownerName } = candidate;
  if (ownerName !== undefined && owner.names.includes(ownerName)) return true;
  if (await isOwnInstead(avala, candidate, wanted)) return false;
  const byPath = await isUnder(avala, candidate, owner);
  if (byPath === true) return true;
  return (await isStoredUnder(avala, candidate, owner)) ?? byPath;
}

/** Whether a dataset is the wanted owner's; `undefined` where that can't be known. */
export async function isOwned(
  avala: Avala,
  dataset: Candidate,
  wanted: OwnerWanted,
): Promise<boolean | undefined> {
  return judgeOwner(avala, dataset, { wanted, owner: await knownOwner(avala, wanted) });
}

/** {@link isOwned} where the run has nothing else to wait for. @throws AvalaError `timeout` */
export function isOwnedInTime(
  avala: Avala,
  dataset: Dataset,
  wanted: OwnerWanted,
  waitMs: WaitMs,
): Promise<boolean | undefined> {
  return isOwned(withDeadline(avala, waitUntilMs(avala, waitMs)), dataset, wanted).catch(
    ifLate((waitedFor, cause): never => {
      const text = `The owner of dataset ${printable(dataset.name)} could not be read in time. ${waitedFor}`;
      throw new AvalaError("timeout", text, { hint: `Run again, or ${MORE_TIME}.`, cause });
    }),
  );
}

/** Whether `ownerName` is a name of a dataset's owner, though the server calls the owner by another one. */
export async function isOwnedBy(
  avala: Avala,
  dataset: Candidate,
  ownerName: string,
): Promise<boolean> {
  return (await isUnder(avala, dataset, { names: [ownerName] })) === true;
}

/** A stranger's dataset is listed only when it is not: whose that is has to be known. */
export function isPrivate({ visibility }: Pick<Dataset, "visibility">): boolean {
  return visibility !== "public" && visibility !== "unlisted";
}

/**
 * The one of `candidates` that belongs to the wanted owner; where that can be known of none, the first that is not public.
 * Where names are equal that costs no call for a candidate.
 */
export async function ownedAmong(
  avala: Avala,
  candidates: readonly Dataset[],
  wanted: OwnerWanted,
): Promise<Found | undefined> {
  if (candidates.length === 0) return undefined;
  const owner = await knownOwner(avala, wanted);
  const named = candidates.find(
    ({ ownerName }) => ownerName !== undefined && owner.names.includes(ownerName),
  );
  if (named !== undefined) return { dataset: named, isOwnerKnown: true };
  let unknown: Dataset | undefined;
  for (const dataset of candidates) {
    const isOwn = await judgeOwner(avala, dataset, { wanted, owner });
    if (isOwn === true) return { dataset, isOwnerKnown: true };
    if (isOwn === undefined && isPrivate(dataset)) unknown ??= dataset;
  }
  return unknown && { dataset: unknown, isOwnerKnown: false };
}

function nameWanted({ ownerName, organizationUid }: OwnerWanted): string {
  if (organizationUid !== undefined) return `the organization ${printable(organizationUid)}`;
  return ownerName === undefined ? "you" : printable(ownerName);
}

export function reportUnknownOwner(
  avala: Avala,
  { name, uid }: Dataset,
  wanted: OwnerWanted,
): void {
  avala.emit({
    kind: "warning",
    text: `Dataset ${printable(name)} (uid ${uid}) exists, and Avala does not show whether it belongs to ${nameWanted(wanted)}: it may be another owner's, so it counts as not compared. A key without a list of scopes, or with the scopes datasets.read and organizations.read, or a username in your Avala profile, may help.`,
  });
}

export function reportOtherOwner(avala: Avala, made: Dataset, wanted: OwnerWanted): void {
  const { name, uid, ownerName } = made;
  const by = ownerName === undefined ? "another owner" : printable(ownerName);
  avala.emit({
    kind: "warning",
    text: `Dataset ${printable(name)} (uid ${uid}) was made for ${by} instead of ${nameWanted(wanted)}: Avala ignored the requested owner. Move it in the dashboard, and check that the key's user is allowed to make datasets there.`,
  });
}
