// The organizations that the key's user belongs to (contract, "Users and organizations").
import type { Avala } from "./connect";
import { listAll } from "./pages";
import type { Fields } from "./wire";

export interface Organization {
  readonly uid: string;
  readonly name: string;
  readonly slug?: string | undefined;
}

function readOrganization(fields: Fields): Organization {
  return {
    uid: fields.pathPart("uid"),
    name: fields.text("name"),
    slug: fields.maybePathPart("slug"),
  };
}

/** Page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listOrganizations(avala: Avala): AsyncIterable<Organization> {
  const call = {
    route: "GET /organizations/",
    path: ["organizations"],
    what: "list organizations",
  };
  return listAll(avala, call, readOrganization);
}
