// `/webhook-deliveries/` (contract, "Webhooks"): what would have been sent.
import { randomUUID } from "node:crypto";
import { isoTime } from "../../clock";
import type { Delivery, PlainResource } from "../../state/records";
import { cursorPage, found } from "../pages";
import { notFound, ok } from "../replies";
import type { ApiReply, ApiRequest, World } from "../request";

export function listDeliveries(request: ApiRequest, world: World): ApiReply {
  const rows = [...world.state.deliveries.values()]
    .filter(({ userUid }) => userUid === request.caller.user.uid)
    .sort((a, b) => b.seq - a.seq);
  return cursorPage(request, rows, (row) => -row.seq, showDelivery);
}

export function getDelivery(request: ApiRequest, world: World): ApiReply {
  const row = found(world.state.deliveries.get(request.params[0] ?? ""));
  if (row.userUid !== request.caller.user.uid) throw notFound();
  return ok(showDelivery(row));
}

export type NewDelivery = Partial<
  Pick<Delivery, "eventType" | "payload" | "responseStatus" | "attempts" | "nextRetryAt" | "status">
>;

export function addDelivery(
  webhook: PlainResource,
  more: NewDelivery,
  now: number,
  { state }: Pick<World, "state">,
): Delivery {
  const uid = randomUUID();
  return state.deliveries.set(uid, {
    uid,
    seq: state.nextSeq(),
    userUid: webhook.userUid,
    subscription: webhook.uid,
    ...{ eventType: "export.completed", payload: {}, responseStatus: 200, attempts: 1 },
    ...{ nextRetryAt: null, status: "delivered" },
    ...more,
    createdAt: now,
  });
}

function showDelivery(row: Delivery): unknown {
  const time = isoTime(row.createdAt);
  return {
    uid: row.uid,
    subscription: row.subscription,
    event_type: row.eventType,
    payload: row.payload,
    response_status: row.responseStatus,
    attempts: row.attempts,
    next_retry_at: row.nextRetryAt === null ? null : isoTime(row.nextRetryAt),
    status: row.status,
    created_at: time,
    updated_at: time,
  };
}
