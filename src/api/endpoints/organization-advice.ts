// Says which organizations there are, where a call about what belongs to one was refused and the organization may be why
// (contract, "Storage configs"). Knows nothing of the calls.
import { InputError, isApiError, isAvalaError, type ApiError } from "../../errors";
import { printable } from "../../redact";
import { reworded } from "../../reworded";
import { formatCount } from "../../text";
import type { ApiCall } from "../call";
import type { Avala } from "../connection";
import { listOrganizations } from "./organizations";

const maxNamed = 10;

export interface OfOrganization {
  /** The slug of the organization; needed by a user who is in several. */
  readonly organization?: string | undefined;
}

/** A call that may be repeated, for the organization that is named. */
export function ofOrganization(
  { organization }: OfOrganization,
  call: Pick<ApiCall, "method" | "route" | "path" | "body" | "what">,
): ApiCall {
  return { ...call, query: { organization }, repeat: "safe" };
}

function isNamed({ fields, detail }: ApiError): boolean {
  if ("organization" in fields) return true;
  return Object.keys(fields).length === 0 && /\borgani[sz]ation/i.test(detail ?? "");
}

/** Refusals that may be for want of an organization, or for a wrong one. */
function isAboutOrganization(error: ApiError): boolean {
  if (error.code === "validation") return isNamed(error);
  return error.code === "permission" || error.code === "not_found";
}

/** The user's organizations, or `undefined` where the key may not list them: then there is no advice. */
async function slugsOf(avala: Avala): Promise<readonly string[] | undefined> {
  const slugs: string[] = [];
  try {
    for await (const { slug } of listOrganizations(avala)) if (slug !== undefined) slugs.push(slug);
    return slugs;
  } catch (error) {
    if (isAvalaError(error)) return undefined;
    throw error;
  }
}

function named(slugs: readonly string[]): string {
  const rest = slugs.length - maxNamed;
  const shown = slugs.slice(0, maxNamed).map((slug) => printable(slug, 100));
  return shown.join(", ") + (rest > 0 ? ` and ${formatCount(rest)} more` : "");
}

function wrong(cause: ApiError, text: string): InputError {
  return new InputError([{ input: "organization", text }], { cause });
}

function missing(error: ApiError, slugs: readonly string[] = []): InputError {
  const which = slugs.length === 0 ? "" : `: the key's user is in ${named(slugs)}`;
  const text = `is missing. Storage configs belong to organizations, so give the slug of one${which}`;
  return wrong(error, `${text}. ${error.message}`);
}

function explained(
  error: ApiError,
  organization: string | undefined,
  slugs: readonly string[] | undefined,
): Error {
  if (organization === undefined) {
    if (isNamed(error)) return missing(error, slugs);
    if (slugs === undefined || slugs.length < 2) return error;
    // Of one of several nothing says that it is gone: it may be another's.
    if (error.code === "not_found") return missing(error, slugs);
    const hint = `${error.hint ?? ""} The key's user is in ${named(slugs)}: give the slug of one as organization.`;
    return reworded(error, { hint });
  }
  if (slugs === undefined || slugs.includes(organization)) return error;
  const which = slugs.length === 0 ? "it is in none" : named(slugs);
  const text = `is not the slug of an organization of the key's user (${which})`;
  const shown = printable(organization, 100);
  // Nothing says that it is gone: who is not a member can't see it.
  if (error.code === "not_found") return wrong(error, `${shown} ${text}. ${error.message}`);
  return reworded(error, { hint: `${shown} ${text}.` });
}

/**
 * Does `call`, and where it is refused says which organizations the key's user is in, if the key may list them.
 * @throws InputError when `organization` is needed and missing, or is not the user's and so hides what is asked for; as
 * `call`
 */
export async function withOrganization<T>(
  avala: Avala,
  { organization }: OfOrganization,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!isApiError(error) || !isAboutOrganization(error)) throw error;
    throw explained(error, organization, await slugsOf(avala));
  }
}
