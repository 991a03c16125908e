// `/_emulator/`: the ledger and the faults, for whoever drives the emulator from outside. Needs no key: it listens on loopback.
import type { Fault } from "../http/faults";
import type { Exchange, Reply } from "../http/service";
import { readJson } from "./body";
import { readFaults } from "../http/read-faults";
import { jsonReply, refuse, Refusal } from "./replies";
import type { World } from "./request";

export async function handleControl(exchange: Exchange, world: World): Promise<Reply> {
  const { method, path } = exchange;
  try {
    if (path === "/_emulator/ledger") return controlLedger(method, exchange.search, world);
    if (path === "/_emulator/faults") return await controlFaults(method, exchange, world);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return jsonReply(error.reply.status, error.reply.body);
  }
  return jsonReply(404, { detail: "There are /_emulator/ledger and /_emulator/faults." });
}

/** GET gives all entries, or those `?after=<id>`; DELETE forgets them. */
function controlLedger(method: string, search: string, world: World): Reply {
  if (method === "DELETE") {
    world.ledger.clear();
    return { status: 204 };
  }
  if (method !== "GET") throw notAllowed(method);
  const after = Number(new URLSearchParams(search).get("after") ?? "0");
  if (!Number.isFinite(after)) throw refuse(400, { detail: "after takes the id of an entry." });
  return jsonReply(200, { entries: world.ledger.entries().filter(({ id }) => id > after) });
}

/** POST adds one fault or a list of them; DELETE takes all away. */
async function controlFaults(method: string, exchange: Exchange, world: World): Promise<Reply> {
  if (method === "DELETE") {
    world.faults.clear();
    return { status: 204 };
  }
  if (method !== "POST") throw notAllowed(method);
  const { body } = await readJson(exchange.request);
  const faults = checked(body);
  world.faults.add(...faults);
  return jsonReply(201, { added: faults.length });
}

function notAllowed(method: string): Refusal {
  return refuse(405, { detail: `Method "${method}" not allowed.` });
}

function checked(body: unknown): readonly Fault[] {
  try {
    return readFaults(body);
  } catch (error) {
    throw refuse(400, { detail: (error as Error).message });
  }
}
