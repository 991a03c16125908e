// What became of a webhook's messages: read only (contract, "Webhooks").
import { aText, maybe, optionsOf, refuse } from "../../shapes";
import { callFor } from "../call-for";
import { aSession, type Avala } from "../connection";
import { listAll } from "../pages";
import type { Fields } from "../wire";

export interface WebhookDelivery {
  readonly uid: string;
  /** The webhook's. */
  readonly webhookUid?: string | undefined;
  readonly eventType?: string | undefined;
  /** The resource, as it was sent. */
  readonly payload?: unknown;
  /** What the target answered. */
  readonly responseStatus?: number | undefined;
  readonly attempts: number;
  readonly nextRetryAt?: string | undefined;
  /** `pending`, `delivered`, `failed`; a newer server may know others. */
  readonly status: string;
  readonly createdAt?: string | undefined;
}

export interface WebhookDeliveryFilter {
  readonly webhookUid?: string | undefined;
  readonly status?: string | undefined;
}

const DELIVERY_FILTER = optionsOf<WebhookDeliveryFilter>({
  webhookUid: maybe(aText),
  status: maybe(aText),
});

function readDelivery(fields: Fields): WebhookDelivery {
  return {
    uid: fields.pathPart("uid"),
    webhookUid: fields.maybeUid("subscription"),
    eventType: fields.maybeWord("event_type"),
    payload: fields.any("payload"),
    responseStatus: fields.advisedCount("response_status"),
    attempts: fields.advisedCount("attempts") ?? 0,
    nextRetryAt: fields.maybeText("next_retry_at"),
    status: fields.word("status"),
    createdAt: fields.maybeText("created_at"),
  };
}

/**
 * Page by page as it is iterated. No source documents a filter of the server's, so what is not asked for is left out here.
 * @throws ApiError, as {@link Avala.call}
 */
export async function* listWebhookDeliveries(
  avala: Avala,
  filter: WebhookDeliveryFilter = {},
): AsyncGenerator<WebhookDelivery, void, undefined> {
  refuse(aSession("avala", avala), DELIVERY_FILTER("filter", filter));
  const { webhookUid, status } = filter;
  const call = {
    route: "GET /webhook-deliveries/",
    path: ["webhook-deliveries"],
    what: "list webhook deliveries",
  };
  for await (const delivery of listAll(avala, call, readDelivery)) {
    const isOfOther = webhookUid !== undefined && delivery.webhookUid !== webhookUid;
    const isInOther =
      status !== undefined && delivery.status.toLowerCase() !== status.toLowerCase();
    if (!isOfOther && !isInOther) yield delivery;
  }
}

/** May be repeated. @throws ApiError `not_found` */
export async function getWebhookDelivery(avala: Avala, uid: string): Promise<WebhookDelivery> {
  refuse(aSession("avala", avala), aText("uid", uid));
  return callFor(
    avala,
    {
      method: "GET",
      route: "GET /webhook-deliveries/{uid}/",
      path: ["webhook-deliveries", uid],
      repeat: "safe",
      what: `read webhook delivery ${uid}`,
    },
    readDelivery,
  );
}
