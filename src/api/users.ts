// Who the key belongs to (contract, "Uploading files").
import type { Avala } from "./connect";
import { Fields } from "./wire";

export interface User {
  readonly uid: string;
  readonly username: string;
  readonly email?: string | undefined;
}

/** The key's own user. May be repeated. @throws ApiError, as {@link Avala.call} */
export async function getMe(avala: Avala): Promise<User> {
  const route = "GET /users/me/";
  const { json } = await avala.call({
    method: "GET",
    route,
    path: ["users", "me"],
    repeat: "safe",
    what: "read the key's user",
  });
  const fields = Fields.of(json, route);
  return {
    uid: fields.text("uid"),
    username: fields.text("username"),
    email: fields.maybeText("email"),
  };
}
