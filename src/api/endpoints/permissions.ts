// What a key may do (contract, "Scopes"). Advice: the server judges each call.
import { AvalaError, isAvalaError } from "../../errors";
import { callFor } from "../call-for";
import { withDeadline, type Avala } from "../connection";
import type { Permissions } from "../remembered";
import type { Scope } from "../scopes";
import type { Fields } from "../wire";

function texts(list: readonly unknown[]): string[] {
  return list.filter((entry) => typeof entry === "string");
}

function readPermissions(fields: Fields): Permissions {
  return {
    type: fields.maybeText("type"),
    scopes: texts(fields.maybeList("scopes")),
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
 * @throws ApiError `authentication`, and what else is no answer about the route
 */
export async function getPermissions(avala: Avala): Promise<Permissions | undefined> {
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

/** The scopes of `wanted` that a key lacks. Nothing, where it has no scopes: then it has all rights. */
export function lackedScopes(
  permissions: Permissions | undefined,
  wanted: readonly Scope[],
): readonly Scope[] {
  if (permissions === undefined || permissions.scopes.length === 0) return [];
  const has = new Set(permissions.scopes);
  return wanted.filter((scope) => !has.has(scope));
}

// The look-up is advice: a server that answers slowly must not hold up a run for it.
const maxWaitMs = 15_000;
const ANSWERS: ReadonlySet<string> = new Set(["authentication", "cancelled"]);

async function advisedPermissions(avala: Avala): Promise<Permissions | undefined> {
  try {
    return await getPermissions(withDeadline(avala, avala.clock.now() + maxWaitMs));
  } catch (error) {
    if (!isAvalaError(error) || ANSWERS.has(error.code)) throw error;
    return undefined;
  }
}

/** What a key lacks for a job, as a sentence, and what to do about it. */
export interface ScopesLacked {
  readonly text: string;
  readonly hint: string;
}

/**
 * What the key is known to lack for `job`, "create an Export"; `undefined` where it lacks nothing, or the server does not
 * say. Asks once a session.
 * @throws AvalaError `authentication`, `cancelled`
 */
export async function scopesLackedFor(
  avala: Avala,
  wanted: readonly Scope[],
  job: string,
): Promise<ScopesLacked | undefined> {
  if (wanted.length === 0) return undefined;
  const { remembered } = avala;
  remembered.permissions ??= advisedPermissions(avala);
  const permissions = await remembered.permissions.catch((error: unknown) => {
    delete remembered.permissions;
    throw error;
  });
  const lacked = lackedScopes(permissions, wanted);
  if (lacked.length === 0) return undefined;
  return {
    text: `The API key can't ${job}: it lacks the ${lacked.length === 1 ? "scope" : "scopes"} ${lacked.join(", ")}.`,
    hint: `Use a key with the scopes ${[...new Set(wanted)].join(", ")}, or one without scopes, which has all the rights of its user.`,
  };
}

/**
 * Refuses a job before it begins, where the key is known to lack scopes that it needs. Asks once a session; where the
 * server does not say, nothing is refused.
 * @throws AvalaError `permission` with all that is missing; `authentication`, `cancelled`
 */
export async function requireScopes(
  avala: Avala,
  wanted: readonly Scope[],
  job: string,
): Promise<void> {
  const lacked = await scopesLackedFor(avala, wanted, job);
  if (lacked === undefined) return;
  throw new AvalaError("permission", `${lacked.text} Nothing was sent.`, { hint: lacked.hint });
}
