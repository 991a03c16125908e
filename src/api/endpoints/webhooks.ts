// Webhooks (contract, "Webhooks"). The signing secret comes once, with the creation.
import { InputError } from "../../errors";
import { callFor } from "../call-for";
import type { Avala } from "../connection";
import type { ApiCall } from "../call";
import { listAll } from "../pages";
import { Fields } from "../wire";
import {
  bodyOf,
  maybeFlag,
  maybeText,
  readObject,
  text,
  texts,
  type ObjectOf,
  type WireField,
} from "../wire-table";

/**
 * The events that Avala's public sources name. The server judges: another text is passed on as it is.
 * `result.accepted` and `result.rejected` are known to the SDKs only.
 */
export type WebhookEvent =
  | "dataset.created"
  | "dataset.updated"
  | "dataset.deleted"
  | "export.completed"
  | "export.failed"
  | "task.completed"
  | "result.submitted"
  | "result.accepted"
  | "result.rejected"
  | "quality.alert"
  // Any other text; written so that editors still offer those above.
  | (string & Record<never, never>);

const events: WireField<readonly WebhookEvent[]> = texts("events");

const CHANGEABLE = {
  /** https. */
  targetUrl: text("target_url"),
  events,
  /** @default true */
  isActive: maybeFlag("is_active"),
};

const WEBHOOK = {
  ...CHANGEABLE,
  /** Made by the server when absent, and only in the reply to a creation. No call changes it: a new one is a new webhook. */
  secret: maybeText("secret"),
};

export type WebhookInput = ObjectOf<typeof WEBHOOK>;

export interface Webhook extends WebhookInput {
  readonly uid: string;
  readonly isActive: boolean;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
}

/** What of a webhook can be changed; absent stays as it is. */
type WebhookChanges = Partial<ObjectOf<typeof CHANGEABLE>>;

interface WebhookTest {
  /** `undefined` where the server took the call and does not say. */
  readonly isSuccess?: boolean | undefined;
  /** The server's words. */
  readonly message?: string | undefined;
}

function readWebhook(fields: Fields): Webhook {
  const { isActive = true, ...webhook } = readObject(WEBHOOK, fields);
  return {
    ...webhook,
    uid: fields.pathPart("uid"),
    isActive,
    createdAt: fields.maybeText("created_at"),
    updatedAt: fields.maybeText("updated_at"),
  };
}

async function callForWebhook(avala: Avala, call: ApiCall): Promise<Webhook> {
  const webhook = await callFor(avala, call, readWebhook);
  avala.secrets.add(webhook.secret);
  return webhook;
}

function checkUrl({ targetUrl }: WebhookChanges): void {
  if (targetUrl !== undefined && !/^https:\/\/./i.test(targetUrl)) {
    throw new InputError([{ input: "targetUrl", text: "must be an https URL" }]);
  }
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
  avala.secrets.add(input.secret);
  checkUrl(input);
  return callForWebhook(avala, {
    method: "POST",
    route: "POST /webhooks/",
    path: ["webhooks"],
    body: bodyOf(WEBHOOK, { isActive: true, ...input }),
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

/** Changes all but the secret. May be repeated. @throws InputError, ApiError `not_found` */
export async function updateWebhook(
  avala: Avala,
  uid: string,
  changes: WebhookChanges,
): Promise<Webhook> {
  checkUrl(changes);
  return callForWebhook(avala, {
    method: "PATCH",
    route: "PATCH /webhooks/{uid}/",
    path: ["webhooks", uid],
    body: bodyOf(CHANGEABLE, changes),
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

/** Has the server send a test delivery, and returns what it says of that. @throws ApiError `not_found` */
export async function testWebhook(avala: Avala, uid: string): Promise<WebhookTest> {
  const route = "POST /webhooks/{uid}/test/";
  const { json } = await avala.call({
    method: "POST",
    route,
    path: ["webhooks", uid, "test"],
    body: {},
    repeat: "safe",
    what: `test webhook ${uid}`,
  });
  const fields = Fields.of(json ?? {}, route);
  const message = fields.maybeText("message");
  return {
    isSuccess: fields.maybeFlag("success"),
    message: message === undefined || message === "" ? undefined : avala.secrets.mask(message),
  };
}
