// Whether what is given as a uid is one, asked before anything is sent. Where all look like uids, it costs no call.
import type { Avala } from "../api/connection";
import { getDataset, searchDatasets } from "../api/endpoints/datasets/datasets";
import { namesOfOrganization, organizationsByUid } from "../api/endpoints/organizations";
import { getProject, listProjects } from "../api/endpoints/projects";
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

function adviceFor(uid: string): string {
  return UUID.test(uid) ? "" : "; use its uid (usually a UUID), not its name";
}

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
      ? `${shown(uid)} is not the uid of an organization that the key's user belongs to${adviceFor(uid)}`
      : `${shown(uid)} is the organization's name; use its uid: ${shown(named.uid)}`;
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "permission") throw error;
    return undefined;
  }
}

interface Kind {
  readonly read: (avala: Avala, uid: string) => Promise<unknown>;
  /** Those that may have the name. */
  readonly list: (avala: Avala, name: string) => AsyncIterable<Named>;
}

interface Named {
  readonly uid: string;
  readonly name: string;
}

const kinds: Readonly<Record<"dataset" | "project", Kind>> = {
  dataset: { read: getDataset, list: searchDatasets },
  project: { read: getProject, list: (avala) => listProjects(avala) },
};

/** For what stands beside a refusal: whatever keeps it from being found must not take the refusal's place. */
async function besides(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (!isAvalaError(error) || error.code === "cancelled") throw error;
    return false;
  }
}

/** The uids of those whose name it is. */
async function uidsOfName(avala: Avala, { list }: Kind, name: string): Promise<readonly string[]> {
  const uids: string[] = [];
  await besides(async () => {
    for await (const one of list(avala, name)) if (one.name === name) uids.push(one.uid);
  });
  return uids;
}

async function problemOf(avala: Avala, { kind, uid }: GivenUid): Promise<string | undefined> {
  if (kind === "organization") return organizationProblem(avala, uid);
  const { read } = kinds[kind];
  if (await isThere(() => read(avala, uid))) return undefined;
  const uids = UUID.test(uid) ? [] : await uidsOfName(avala, kinds[kind], uid);
  if (uids.length > 0)
    return `${shown(uid)} is a ${kind}'s name; use its uid: ${uids.map((one) => shown(one)).join(" or ")}`;
  return `${shown(uid)} is not the uid of a ${kind} that this key can see${adviceFor(uid)}`;
}

// One more call each: so many cost no minute of the limit.
const MAX_ASKED_BESIDE = 20;

/**
 * What is wrong with them. What looks like a uid is asked about only where another one is refused, so that all are named together
 * and a good run makes no call.
 * @throws AvalaError when the server can't be asked
 */
export async function problemsWithUids(
  avala: Avala,
  given: readonly GivenUid[],
): Promise<readonly InputProblem[]> {
  const texts = new Map<GivenUid, string | undefined>();
  for (const one of given.filter(({ uid }) => !UUID.test(uid)))
    texts.set(one, await problemOf(avala, one));
  if ([...texts.values()].every((text) => text === undefined)) return [];
  for (const one of given.filter(({ uid }) => UUID.test(uid)).slice(0, MAX_ASKED_BESIDE)) {
    const isAnswered = await besides(async () => texts.set(one, await problemOf(avala, one)));
    if (!isAnswered) break;
  }
  return given.flatMap((one) => {
    const text = texts.get(one);
    return text === undefined ? [] : [{ input: one.input, text }];
  });
}
