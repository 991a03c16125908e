// A session in which something else happens halfway.
import type { Avala } from "../../src/api/connection";

/** The same session, which does `meanwhile` right after a file of its own was stored. */
export function interrupted(avala: Avala, meanwhile: () => Promise<unknown>): Avala {
  let done: Promise<unknown> | undefined;
  const send: Avala["storage"]["send"] = async (request) => {
    const reply = await avala.storage.send(request);
    await (done ??= meanwhile());
    return reply;
  };
  return { ...avala, storage: { ...avala.storage, send } };
}
