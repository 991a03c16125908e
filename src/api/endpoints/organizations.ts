// The organizations that the key's user belongs to (contract, "Users and organizations").
import { refuse } from "../../shapes";
import { askOnce } from "../ask-once";
import { aSession, type Avala } from "../connection";
import { listNumbered } from "../pages";
import type { Organization } from "../remembered";
import type { Fields } from "../wire";

function readOrganization(fields: Fields): Organization {
  return {
    uid: fields.pathPart("uid"),
    name: fields.text("name"),
    slug: fields.maybePathPart("slug"),
    handle: fields.maybeText("handle"),
  };
}

/** What the server may call the organization by; first what its paths take. */
export function namesOfOrganization({ slug, handle, name }: Organization): readonly string[] {
  return [...new Set([slug, handle, name])].flatMap((one) => one || []);
}

/** Page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listOrganizations(avala: Avala): AsyncIterable<Organization> {
  refuse(aSession("avala", avala));
  const call = {
    route: "GET /organizations/",
    path: ["organizations"],
    what: "list organizations",
  };
  return listNumbered(avala, call, readOrganization);
}

async function readAll(avala: Avala): Promise<ReadonlyMap<string, Organization>> {
  const found = new Map<string, Organization>();
  for await (const organization of listOrganizations(avala))
    found.set(organization.uid, organization);
  return found;
}

/** All of the key's user; they are listed once in a session. @throws ApiError, as {@link Avala.call} */
export function organizationsByUid(avala: Avala): Promise<ReadonlyMap<string, Organization>> {
  const kept = (avala.remembered.organizations ??= {});
  return askOnce(avala, kept, () => readAll(avala));
}

/** One of the organizations of the key's user, by its uid. @throws ApiError, as {@link Avala.call} */
export async function findOrganization(
  avala: Avala,
  uid: string,
): Promise<Organization | undefined> {
  return (await organizationsByUid(avala)).get(uid);
}
