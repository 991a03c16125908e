// A call and the reading of its reply in one. Knows no particular shape.
import { AvalaError, isAvalaError } from "../errors";
import type { ApiCall } from "./call";
import type { Avala } from "./connection";
import { Fields, type Read } from "./wire";

/**
 * What `read` makes of the reply to `call`. A creation whose reply can't be read was done all the same: its error is
 * `ambiguous`, so that the caller looks before creating again.
 * @throws AvalaError `bad_reply`; as {@link Avala.call}
 */
export async function callFor<T>(avala: Avala, call: ApiCall, read: Read<T>): Promise<T> {
  const { json } = await avala.call(call);
  try {
    return read(Fields.of(json, call.route));
  } catch (error) {
    if (call.repeat === "safe" || !isAvalaError(error)) throw error;
    const { code, message, hint } = error;
    throw new AvalaError(code, message, { hint, ambiguous: true, cause: error });
  }
}
