// Where an upload goes: the API, the owner and the dataset name, which together name its journal.
import { canonicalBaseUrl } from "../api/server-names";
import type { Avala } from "../api/connection";
import { getOwnUser } from "../api/endpoints/users";
import { ignoreForbidden } from "../errors";

export interface Destination {
  /** Canonical: a server of two names has one journal, and one batch of the same files. */
  readonly baseUrl: string;
  /** The uid of the organization or the user: names change. Absent when the key may not read it. */
  readonly owner?: string | undefined;
  readonly datasetName: string;
}

/** A dataset by the name that its files are sent under. */
export interface DatasetDestination {
  readonly datasetName: string;
  readonly organizationUid?: string | undefined;
}

async function ownerOf(
  avala: Avala,
  organizationUid: string | undefined,
): Promise<string | undefined> {
  if (organizationUid !== undefined) return organizationUid;
  return (await getOwnUser(avala).catch(ignoreForbidden))?.uid;
}

/** Resolves the destination of an upload; costs one call of a session when no organization is named. */
export async function resolveDestination(
  avala: Avala,
  to: DatasetDestination,
): Promise<Destination> {
  const owner = await ownerOf(avala, to.organizationUid);
  return { baseUrl: canonicalBaseUrl(avala.baseUrl), owner, datasetName: to.datasetName };
}
