// Who the key belongs to (contract, "Users and organizations").
import { refuse } from "../../shapes";
import { askOnce } from "../ask-once";
import { callFor } from "../call-for";
import { aSession, type Avala } from "../connection";
import type { User } from "../remembered";
import type { Fields } from "../wire";

function readUser(fields: Fields): User {
  return {
    uid: fields.pathPart("uid"),
    username: fields.maybeText("username"),
    handle: fields.maybeText("handle"),
    email: fields.maybeText("email"),
  };
}

/** What the server may call the user by. */
export function namesOfUser({ username, handle, email }: User): readonly string[] {
  return [...new Set([username, handle, email])].flatMap((one) => one || []);
}

/**
 * The key's own user, asked for once in a session, as it does not change: a hundred datasets of one run cost one call.
 * May be repeated. @throws ApiError, as {@link Avala.call}
 */
export function getOwnUser(avala: Avala): Promise<User> {
  return askOnce(avala, (avala.remembered.user ??= {}), () => getMe(avala));
}

/** The key's own user, as the server has it now. May be repeated. @throws ApiError, as {@link Avala.call} */
export async function getMe(avala: Avala): Promise<User> {
  refuse(aSession("avala", avala));
  return callFor(
    avala,
    {
      method: "GET",
      route: "GET /users/me/",
      path: ["users", "me"],
      repeat: "safe",
      what: "read the key's user",
    },
    readUser,
  );
}
