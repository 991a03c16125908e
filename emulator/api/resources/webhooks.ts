// `/webhooks/` (contract, "Webhooks"): kept and shown; the emulator delivers none.
import { randomBytes } from "node:crypto";
import type { PlainResource } from "../../state/records";
import { addDelivery } from "./deliveries";
import { Fields } from "../fields";
import { cursorPage, found } from "../pages";
import { addPlain, showPlain } from "./resources";
import { created, noContent, notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";

const EVENTS = [
  "dataset.created",
  "dataset.updated",
  "dataset.deleted",
  "export.completed",
  "export.failed",
  "task.completed",
  "result.submitted",
  "result.accepted",
  "result.rejected",
  "quality.alert",
];

interface Wanted {
  readonly target_url?: string;
  readonly events?: readonly string[];
  readonly is_active?: boolean;
}

function readWebhook(fields: Fields, isNew: boolean): Wanted {
  const url = fields.text("target_url", { required: isNew });
  if (url !== undefined && !isHttps(url))
    fields.fail("target_url", "Enter a valid URL that starts with https://.");
  const events = fields.texts("events", isNew);
  for (const event of events ?? []) {
    if (!EVENTS.includes(event)) fields.fail("events", `"${event}" is not a valid choice.`);
  }
  const isActive = fields.flag("is_active");
  return {
    ...(url === undefined ? {} : { target_url: url }),
    ...(events === undefined ? {} : { events }),
    ...(isActive === undefined ? {} : { is_active: isActive }),
  };
}

function isHttps(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "https:";
}

/** The secret is in this reply and in no other. */
export function createWebhook(request: ApiRequest, world: World): ApiReply {
  const fields = new Fields(request.body);
  const wanted = readWebhook(fields, true);
  const secret = fields.text("secret") ?? randomBytes(24).toString("hex");
  fields.check();
  const row = addPlain(world.state.webhooks, { is_active: true, ...wanted }, request, world);
  return created({ ...showPlain(row), secret });
}

export function listWebhooks(request: ApiRequest, world: World): ApiReply {
  const rows = [...world.state.webhooks.values()]
    .filter((row) => row.userUid === request.caller.user.uid)
    .sort((a, b) => b.seq - a.seq);
  return cursorPage(request, rows, (row) => -row.seq, showPlain);
}

function webhookAt(request: ApiRequest, world: World): PlainResource {
  const row = found(world.state.webhooks.get(request.params[0] ?? ""));
  if (row.userUid !== request.caller.user.uid) throw notFound();
  return row;
}

export function deleteWebhook(request: ApiRequest, world: World): ApiReply {
  world.state.webhooks.delete(webhookAt(request, world).uid);
  return noContent();
}

export function getWebhook(request: ApiRequest, world: World): ApiReply {
  return ok(showPlain(webhookAt(request, world)));
}

export function updateWebhook(request: ApiRequest, world: World): ApiReply {
  const row = webhookAt(request, world);
  const fields = new Fields(request.body);
  const wanted = readWebhook(fields, false);
  fields.check();
  const changed = { ...row, fields: { ...row.fields, ...wanted }, updatedAt: request.now };
  return ok(showPlain(world.state.webhooks.set(row.uid, changed)));
}

export function testWebhook(request: ApiRequest, world: World): ApiReply {
  const webhook = webhookAt(request, world);
  const payload = { message: "This is a test." };
  addDelivery(webhook, { eventType: "webhook.test", payload }, request.now, world);
  return ok({ success: true, message: "Test webhook sent." });
}
