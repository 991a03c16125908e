// What a key may do (contract, "Scopes"). Advice: the server judges each call.
import { AvalaError, isAvalaError } from "../../errors";
import { aFlag, maybe, partOf, refuse, aTextList } from "../../shapes";
import { askOnce } from "../ask-once";
import { callFor } from "../call-for";
import { ignoreAdvice, withinAdvice } from "../advice";
import { aSession, type Avala } from "../connection";
import type { Permissions, RefusedKey } from "../remembered";
import { judgeScopes, scopesToGive, type DoubtedScope, type Scope } from "../scopes";
import type { Fields } from "../wire";

function texts(list: readonly unknown[]): string[] {
  return list.filter((entry) => typeof entry === "string");
}

/** None, where one of them is not text: what it opens is not known. */
function readScopes(list: readonly unknown[]): readonly string[] {
  const scopes = texts(list);
  return scopes.length === list.length ? scopes : [];
}

function readPermissions(fields: Fields): Permissions {
  return {
    type: fields.maybeText("type"),
    isStaffPrivileged: fields.maybeFlag("is_staff_privileged") ?? false,
    scopes: readScopes(fields.maybeList("scopes")),
    capabilities: texts(fields.maybeList("capabilities")),
  };
}

// What says nothing of the key: an older server has no such route, a key may not read its own rights, and an answer of
// another shape is not one.
const NO_ANSWER: ReadonlySet<string> = new Set([
  "not_found",
  "not_offered",
  "permission",
  "bad_reply",
]);

/**
 * The key's rights, or `undefined` where the server does not say. One call. May be repeated.
 * @throws ApiError `authentication`, and whatever else says nothing about the route
 */
export async function getPermissions(avala: Avala): Promise<Permissions | undefined> {
  refuse(aSession("avala", avala));
  try {
    return await callFor(
      avala,
      {
        method: "GET",
        route: "GET /users/me/permissions/",
        path: ["users", "me", "permissions"],
        repeat: "safe",
        what: "read the key's permissions",
      },
      readPermissions,
    );
  } catch (error) {
    if (isAvalaError(error) && NO_ANSWER.has(error.code)) return undefined;
    throw error;
  }
}

/** What staff may do is not a matter of scopes only. */
function listedScopes(permissions: Permissions | undefined): readonly string[] {
  return permissions === undefined || permissions.isStaffPrivileged ? [] : permissions.scopes;
}

const PERMISSIONS = maybe(
  partOf<Pick<Permissions, "isStaffPrivileged" | "scopes">>({
    isStaffPrivileged: aFlag,
    scopes: aTextList,
  }),
);

/**
 * The scopes of `wanted` that a key lacks by every source. None, where its list is empty or has a word that is not
 * documented.
 */
export function lackedScopes(
  permissions: Permissions | undefined,
  wanted: readonly Scope[],
): readonly Scope[] {
  refuse(PERMISSIONS("permissions", permissions), aTextList("wanted", wanted));
  return judgeScopes(listedScopes(permissions), wanted).lacked;
}

async function advisedPermissions(avala: Avala): Promise<Permissions | RefusedKey | undefined> {
  try {
    return await withinAdvice(avala, "read the key's permissions", getPermissions);
  } catch (error) {
    if (isAvalaError(error) && error.code === "authentication") return { refusal: error };
    return ignoreAdvice(error);
  }
}

/** What is known of a key and a job, as a sentence, and what to do about it. */
export interface ScopeAdvice {
  /** `refused` where every source says that the job fails; `doubted` where the sources disagree. */
  readonly kind: "refused" | "doubted";
  readonly text: string;
  readonly hint: string;
}

const counted = (scopes: readonly unknown[]): string => (scopes.length === 1 ? "scope" : "scopes");

function hintFor(wanted: readonly Scope[]): string {
  const all = scopesToGive(wanted).join(", ");
  return `Use a key with the scopes ${all}, or one without scopes, which has all the rights of its user.`;
}

function refusedText(job: string, lacked: readonly Scope[]): string {
  return `The API key can't ${job}: it lacks the ${counted(lacked)} ${lacked.join(", ")}.`;
}

function doubtedText(job: string, doubted: readonly DoubtedScope[]): string {
  const each = doubted.map(({ scope, shows }) => `${scope} (would fail ${shows})`);
  return `The API key may be unable to ${job}: Avala's documents disagree whether it needs the ${counted(doubted)} ${each.join(", ")}.`;
}

/**
 * What the key's own list of scopes says about `job`, "create an Export"; `undefined` where the key lacks nothing, or the
 * server does not say. Asks once a session.
 * @throws AvalaError `authentication`, `cancelled`
 */
export async function adviseScopes(
  avala: Avala,
  wanted: readonly Scope[],
  job: string,
): Promise<ScopeAdvice | undefined> {
  if (wanted.length === 0) return undefined;
  const { remembered } = avala;
  const kept = (remembered.permissions ??= {});
  const permissions = await askOnce(avala, kept, () => advisedPermissions(avala));
  if (permissions !== undefined && "refusal" in permissions) throw permissions.refusal;
  const { lacked, doubted } = judgeScopes(listedScopes(permissions), wanted);
  const hint = hintFor(wanted);
  // Whoever mends the key needs all that it may lack.
  if (lacked.length > 0) {
    const all = new Set([...lacked, ...doubted.map(({ scope }) => scope)]);
    const missing = [...new Set(wanted)].filter((scope) => all.has(scope));
    return { kind: "refused", text: refusedText(job, missing), hint };
  }
  if (doubted.length > 0) return { kind: "doubted", text: doubtedText(job, doubted), hint };
  return undefined;
}

/**
 * Refuses a job before it begins, where every source says that the key lacks a scope for it. Returns advice, where the
 * sources disagree: then the server decides. Asks once a session.
 * @throws AvalaError `permission` with all that is missing; `authentication`, `cancelled`
 */
export async function requireScopes(
  avala: Avala,
  wanted: readonly Scope[],
  job: string,
): Promise<ScopeAdvice | undefined> {
  const advice = await adviseScopes(avala, wanted, job);
  if (advice?.kind !== "refused") return advice;
  throw new AvalaError("permission", `${advice.text} Nothing was sent.`, { hint: advice.hint });
}
