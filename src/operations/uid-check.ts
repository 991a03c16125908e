// Whether what is given as a uid is one, asked before anything is sent. Only what does not look like a uid costs a call.
import type { Avala } from "../api/connection";
import { getDataset } from "../api/endpoints/datasets/datasets";
import { namesOfOrganization, organizationsByUid } from "../api/endpoints/organizations";
import { getProject } from "../api/endpoints/projects";
import { isAvalaError, type InputProblem } from "../errors";
import { shown } from "../text";

export interface GivenUid {
  /** What the front end calls it, for messages. */
  readonly input: string;
  readonly kind: "dataset" | "project" | "organization";
  readonly uid: string;
}

export function givenUids(
  input: string,
  kind: GivenUid["kind"],
  uids: readonly string[],
): readonly GivenUid[] {
  return uids.map((uid) => ({ input, kind, uid }));
}

// The server's uids look so, though no page promises it (contract, "Datasets"): so another one is asked for, not refused.
const UUID = /^[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

/** Whether the server has it; `true` where the key may not look. */
async function isThere(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    if (!isAvalaError(error)) throw error;
    if (error.code === "permission") return true;
    if (error.code !== "not_found") throw error;
    return false;
  }
}

async function organizationProblem(avala: Avala, uid: string): Promise<string | undefined> {
  try {
    const all = await organizationsByUid(avala);
    if (all.has(uid)) return undefined;
    const named = [...all.values()].find((one) => namesOfOrganization(one).includes(uid));
    return named === undefined
      ? `${shown(uid)} is not the uid of an organization that the key's user belongs to; use its uid (a UUID), not its name`
      : `${shown(uid)} is the organization's name; use its uid: ${shown(named.uid)}`;
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "permission") throw error;
    return undefined;
  }
}

async function problemOf(avala: Avala, { kind, uid }: GivenUid): Promise<string | undefined> {
  if (kind === "organization") return organizationProblem(avala, uid);
  const read = (): Promise<unknown> =>
    kind === "dataset" ? getDataset(avala, uid) : getProject(avala, uid);
  if (await isThere(read)) return undefined;
  return `${shown(uid)} is not the uid of a ${kind} that this key can see; a name is not a uid`;
}

/**
 * What is wrong with them, all of it. Nothing is asked of what looks like a uid.
 * @throws AvalaError when the server can't be asked
 */
export async function problemsWithUids(
  avala: Avala,
  given: readonly GivenUid[],
): Promise<readonly InputProblem[]> {
  const problems: InputProblem[] = [];
  for (const one of given.filter(({ uid }) => !UUID.test(uid))) {
    const text = await problemOf(avala, one);
    if (text !== undefined) problems.push({ input: one.input, text });
  }
  return problems;
}
