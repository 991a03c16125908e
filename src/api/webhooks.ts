// Webhooks (contract, "Webhooks"). The signing secret comes once, with the creation.
import { InputError } from "../errors";
import { callFor } from "./call-for";
import type { Avala } from "./connect";
import type { ApiCall } from "./call";
import { listAll } from "./pages";
import type { Fields } from "./wire";

export interface Webhook {
  readonly uid: string;
  readonly targetUrl: string;
  readonly events: readonly string[];
  readonly isActive: boolean;
  /** In the reply to a creation alone. */
  readonly secret?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
}

export interface WebhookInput {
  /** https. */
  readonly targetUrl: string;
  /** `dataset.created`, `dataset.updated`, `dataset.deleted`, `export.completed`, `export.failed`, … */
  readonly events: readonly string[];
  /** @default true */
  readonly isActive?: boolean | undefined;
  /** Made by the server when absent. */
  readonly secret?: string | undefined;
}

function readWebhook(fields: Fields): Webhook {
  return {
    uid: fields.pathPart("uid"),
    targetUrl: fields.text("target_url"),
    events: fields.maybeList("events").filter((event) => typeof event === "string"),
    isActive: fields.maybeFlag("is_active") ?? true,
    secret: fields.maybeText("secret"),
    createdAt: fields.maybeText("created_at"),
    updatedAt: fields.maybeText("updated_at"),
  };
}

async function callForWebhook(avala: Avala, call: ApiCall): Promise<Webhook> {
  const webhook = await callFor(avala, call, readWebhook);
  avala.secrets.add(webhook.secret);
  return webhook;
}

function bodyOf(avala: Avala, input: Partial<WebhookInput>): unknown {
  avala.secrets.add(input.secret);
  if (input.targetUrl !== undefined && !/^https:\/\/./i.test(input.targetUrl)) {
    throw new InputError([{ input: "targetUrl", text: "must be an https URL" }]);
  }
  return {
    target_url: input.targetUrl,
    events: input.events,
    is_active: input.isActive,
    secret: input.secret,
  };
}

/** Page by page as it is iterated. @throws ApiError, as {@link Avala.call} */
export function listWebhooks(avala: Avala): AsyncIterable<Webhook> {
  return listAll(
    avala,
    { route: "GET /webhooks/", path: ["webhooks"], what: "list webhooks" },
    readWebhook,
  );
}

/**
 * One POST, not repeated when its outcome is unknown (the error is then `ambiguous`): `createWebhookOnce` looks then. The secret is masked from now on.
 * @throws InputError for a URL that is not https; ApiError
 */
export async function createWebhook(avala: Avala, input: WebhookInput): Promise<Webhook> {
  return callForWebhook(avala, {
    method: "POST",
    route: "POST /webhooks/",
    path: ["webhooks"],
    body: bodyOf(avala, { isActive: true, ...input }),
    repeat: "ambiguous",
    what: "create a webhook",
  });
}

/** @throws ApiError `not_found` */
export function getWebhook(avala: Avala, uid: string): Promise<Webhook> {
  return callForWebhook(avala, {
    method: "GET",
    route: "GET /webhooks/{uid}/",
    path: ["webhooks", uid],
    repeat: "safe",
    what: `read webhook ${uid}`,
  });
}

/** What is absent stays as it is. May be repeated. @throws InputError, ApiError `not_found` */
export async function updateWebhook(
  avala: Avala,
  uid: string,
  changes: Partial<WebhookInput>,
): Promise<Webhook> {
  return callForWebhook(avala, {
    method: "PATCH",
    route: "PATCH /webhooks/{uid}/",
    path: ["webhooks", uid],
    body: bodyOf(avala, changes),
    repeat: "safe",
    what: `update webhook ${uid}`,
  });
}

/** May be repeated. @throws ApiError `not_found` when it is gone */
export async function deleteWebhook(avala: Avala, uid: string): Promise<void> {
  await avala.call({
    method: "DELETE",
    route: "DELETE /webhooks/{uid}/",
    path: ["webhooks", uid],
    repeat: "safe",
    what: `delete webhook ${uid}`,
  });
}

/** Has the server send a test delivery. @throws ApiError `not_found` */
export async function testWebhook(avala: Avala, uid: string): Promise<void> {
  await avala.call({
    method: "POST",
    route: "POST /webhooks/{uid}/test/",
    path: ["webhooks", uid, "test"],
    body: {},
    repeat: "safe",
    what: `test webhook ${uid}`,
  });
}
