// `/_emulator/`: the ledger, the faults and people's annotations, for whoever drives the emulator from outside. Needs no
// key: it listens on loopback.
import type { Fault } from "../http/faults";
import type { Exchange, Reply } from "../http/service";
import { addAnnotations } from "../seed";
import { readUntypedJson } from "./body";
import { readFaults } from "../http/read-faults";
import { jsonReply, refuse, Refusal } from "./replies";
import type { World } from "./request";

export async function handleControl(exchange: Exchange, world: World): Promise<Reply> {
  const { method, path } = exchange;
  try {
    if (path === "/_emulator/ledger") return controlLedger(method, exchange.search, world);
    if (path === "/_emulator/faults") return await controlFaults(method, exchange, world);
    if (path === "/_emulator/annotations") return await annotate(method, exchange, world);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return jsonReply(error.reply.status, error.reply.body);
  }
  return jsonReply(404, {
    detail: "There are /_emulator/ledger, /_emulator/faults and /_emulator/annotations.",
  });
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
  const body = await readUntypedJson(exchange.request);
  const faults = checked(body);
  world.faults.add(...faults);
  return jsonReply(201, { added: faults.length });
}

/** POST `{"dataset": uid, "count": n}`: n annotations more, as people would draw them. */
async function annotate(method: string, exchange: Exchange, world: World): Promise<Reply> {
  if (method !== "POST") throw notAllowed(method);
  const body = await readUntypedJson(exchange.request);
  const { dataset: uid, count } = body as { readonly dataset?: unknown; readonly count?: unknown };
  if (typeof uid !== "string" || typeof count !== "number" || !Number.isInteger(count) || count < 1)
    throw refuse(400, { detail: 'It takes {"dataset": its uid, "count": a number above 0}.' });
  const total = addAnnotations(world.state, uid, count);
  if (total === undefined) throw refuse(404, { detail: `There is no dataset ${uid}.` });
  return jsonReply(201, { annotations_count: total });
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
