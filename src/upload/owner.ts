// Who owns what is uploaded: part of a destination's name. Advisory: a key that may not read its user still uploads.
import type { Avala } from "../api/connect";
import { getMe } from "../api/users";
import { isAvalaError } from "../errors";

/** Whether the key may not do this, or the deployment can't: then an advisory read is left out. */
export function isNotAllowedToRead(error: unknown): boolean {
  if (!isAvalaError(error)) return false;
  return error.code === "permission" || error.code === "not_found" || error.code === "not_offered";
}

/** The organization's uid, else the user's name, else `undefined` when the key may not read it. */
export async function resolveOwner(
  avala: Avala,
  to: { readonly organizationUid?: string | undefined },
): Promise<string | undefined> {
  if (to.organizationUid !== undefined) return to.organizationUid;
  try {
    return (await getMe(avala)).username;
  } catch (error) {
    if (isNotAllowedToRead(error)) return undefined;
    throw error;
  }
}
