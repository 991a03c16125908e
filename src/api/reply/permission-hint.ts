// What to do about a call that the server does not allow, or about an organization that it does not take. The server's own
// words come first: our table of scopes is a belief (docs/api.md, "Scopes"). Pure.
import { scopeNamedIn, scopeWordsOf } from "../scopes";
import type { ErrorBody } from "./error-body";

const ORGANIZATION = /\borgani[sz]ations?\b/i;
const ORGANIZATION_FIELD = /^organi[sz]ation(?:_uid|_id)?$/;
/** The reference's word for a plan that does not include the call. */
const PLAN = "plan_insufficient";

function isAboutOrganization({ detail, fields }: ErrorBody): boolean {
  const names = Object.keys(fields);
  return names.length === 0
    ? ORGANIZATION.test(detail ?? "")
    : names.some((name) => ORGANIZATION_FIELD.test(name));
}

/** For a 403 to `route`. */
export function permissionHint(route: string, body: ErrorBody): string {
  const named = scopeNamedIn(body.detail ?? "");
  if (named !== undefined) return `The key needs the scope ${named}.`;
  if (body.codes.includes(PLAN))
    return "The plan does not include this call: change the plan in Avala, or leave out what needs it.";
  if (isAboutOrganization(body))
    return "Use an organization that the key's user is a member of, or a key of one of its members.";
  return `The key needs ${scopeWordsOf(route)}, and its user the role and plan for it.`;
}

/** For a 400 or 422 that finds fault with an organization. */
export function organizationHint(body: ErrorBody): string | undefined {
  const name = Object.keys(body.fields).find((field) => ORGANIZATION_FIELD.test(field));
  if (name === undefined) return undefined;
  return name.endsWith("id")
    ? "Use the organization's uid (usually a UUID), not its slug or its name."
    : "Use the slug of an organization that the key's user is a member of.";
}
