// Who may do what under whose name: users, their organizations, their storage roots.
import type { Dataset, Organization, Owner, User } from "../state/records";
import type { State } from "../state/state";
import type { Fields } from "./fields";
import { forbidden } from "./replies";
import type { ApiRequest, World } from "./request";

/** `__u__=/<uid>/` or `__o__=/<uid>/`: immutable, as the SDK's uploader has it, and as the server keys its prefixes. */
export function storageRoot(owner: Owner): string {
  return `${owner.kind === "user" ? "__u__" : "__o__"}=/${owner.uid}/`;
}

/** `owner_name` as the dialect has it. */
export function shownOwner(owner: Owner, { state, config }: World): string | null {
  const { ownerName } = config.dialect;
  if (ownerName === "null") return null;
  const user = owner.kind === "user" ? state.users.get(owner.uid) : undefined;
  return user === undefined ? owner.name : user[ownerName];
}

export function userOwner(user: User): Owner {
  return { kind: "user", uid: user.uid, name: user.username };
}

function organizationOwner(organization: Organization): Owner {
  return { kind: "organization", uid: organization.uid, name: organization.slug };
}

/** The owner that a body names by `organization_uid`, `organization_id` or `owner_name`; else the caller. */
export function readOwner(fields: Fields, request: ApiRequest, state: State): () => Owner {
  const organization = fields.uuid("organization_uid") ?? fields.text("organization_id");
  const name = fields.text("owner_name");
  return () => {
    if (organization !== undefined) return memberOf(organization, request, state);
    const { user } = request.caller;
    if (name === undefined || namesOf(user).includes(name)) return userOwner(user);
    return memberOf(name, request, state);
  };
}

/** An organization by uid or slug, for its members alone. */
export function memberOf(name: string, request: ApiRequest, state: State): Owner {
  const organization = state.organizations.get(name) ?? findBySlug(state, name);
  if (organization === undefined || !isMember(request.caller.user, organization.uid)) {
    throw forbidden("You are not a member of this organization.");
  }
  return organizationOwner(organization);
}

export function findBySlug(state: State, slug: string): Organization | undefined {
  for (const organization of state.organizations.values())
    if (organization.slug === slug) return organization;
  return undefined;
}

export function isMember(user: User, organizationUid: string): boolean {
  return user.organizations.includes(organizationUid);
}

/** Owners whose things the caller may change. */
export function isOwn(user: User, owner: Owner): boolean {
  return owner.uid === user.uid || isMember(user, owner.uid);
}

export function maySee(user: User, dataset: Dataset): boolean {
  return dataset.visibility !== "private" || isOwn(user, dataset.owner);
}

/** `@owner` of a path: a username, a handle, an e-mail address, an organization's slug. */
export function isNamed(owner: Owner, name: string, world: World): boolean {
  if (owner.name === name) return true;
  const user = owner.kind === "user" ? world.state.users.get(owner.uid) : undefined;
  return user !== undefined && namesOf(user).includes(name);
}

function namesOf({ username, handle, email }: User): readonly string[] {
  return [username, handle, email];
}
