// `/_emulator/`: the ledger and the faults, for whoever drives the emulator from outside. Needs no key: it listens on loopback.
import type { Fault } from "../faults";
import type { Exchange, Reply } from "../http/service";
import { readJson } from "./body";
import { readFaults } from "../read-faults";
import { refuse, Refusal } from "./replies";
import type { World } from "./request";

export async function handleControl(exchange: Exchange, world: World): Promise<Reply> {
  const { method, path } = exchange;
  try {
    if (path === "/_emulator/ledger") return controlLedger(method, exchange.search, world);
    if (path === "/_emulator/faults") return await controlFaults(method, exchange, world);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return json(error.reply.status, error.reply.body);
  }
  return json(404, { detail: "There are /_emulator/ledger and /_emulator/faults." });
}

/** GET gives all entries, or those `?after=<id>`; DELETE forgets them. */
function controlLedger(method: string, search: string, world: World): Reply {
  if (method === "DELETE") {
    world.ledger.clear();
    return { status: 204 };
  }
  const after = Number(new URLSearchParams(search).get("after") ?? "0");
  return json(200, { entries: world.ledger.entries().filter(({ id }) => id > after) });
}

/** POST adds one fault or a list of them; DELETE takes all away. */
async function controlFaults(method: string, exchange: Exchange, world: World): Promise<Reply> {
  if (method === "DELETE") {
    world.faults.clear();
    return { status: 204 };
  }
  if (method !== "POST") return json(405, { detail: `Method "${method}" not allowed.` });
  const { body } = await readJson(exchange.request);
  const faults = checked(body);
  world.faults.add(...faults);
  return json(201, { added: faults.length });
}

function checked(body: unknown): readonly Fault[] {
  try {
    return readFaults(body);
  } catch (error) {
    throw refuse(400, { detail: (error as Error).message });
  }
}

function json(status: number, body: unknown): Reply {
  return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
