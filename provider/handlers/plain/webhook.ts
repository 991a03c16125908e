// Webhook: where Avala reports what happened. No call changes its secret: another one is another webhook.
import {
  deleteWebhook,
  getWebhook,
  testWebhook,
  updateWebhook,
  type Webhook,
} from "../../../src/api/endpoints/webhooks";
import { AvalaError } from "../../../src/errors";
import { createWebhookOnce } from "../../../src/operations/plain-resources";
import type { Checked } from "../../fields/field";
import { WEBHOOK_FIELDS } from "../../fields/webhook";
import { UnfinishedError, providerOf } from "../../process/failures";
import { changedIn, keptIn, passedOn, returnedIn, updatesOf } from "../../process/fields";
import type { Handler } from "../../process/handler";
import { present } from "../../process/present";
import { isSame } from "../../process/same";
import type { Session } from "../../process/session";
import { createPlainHandler, type Acting } from "./plain-handler";

export type WebhookInputs = Checked<typeof WEBHOOK_FIELDS>;

export interface WebhookOutputs extends Omit<WebhookInputs, "test"> {
  readonly uid: string;
  readonly isActive: boolean;
  /** It came in a reply that was lost, and no call returns it again. */
  readonly isSecretLost?: boolean;
  /** A test message reached the target that it has now. */
  readonly isTested?: boolean;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

/** No call changes the secret (contract, "Webhooks"). One that is no longer declared stays. */
function isSecretOther(olds: WebhookOutputs, { secret }: WebhookInputs): boolean {
  return secret === undefined ? olds.isSecretLost === true : secret !== olds.secret;
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return isSame([...new Set(left)].sort(), [...new Set(right)].sort());
}

function isElsewhere(olds: WebhookOutputs, news: WebhookInputs): boolean {
  return !isSame(olds.targetUrl, news.targetUrl);
}

/** The server need not send for one that is not active. */
function isToBeTested(olds: WebhookOutputs | undefined, news: WebhookInputs): boolean {
  if (news.test !== true || news.isActive === false) return false;
  return olds?.isTested !== true || isElsewhere(olds, news);
}

function outputsOf(
  webhook: Webhook,
  asked: Partial<Omit<WebhookOutputs, "isActive">>,
): WebhookOutputs {
  const { uid, targetUrl, events, createdAt, updatedAt } = webhook;
  // The API returns the secret when the webhook is made and never again.
  const secret = webhook.secret ?? asked.secret;
  const isSameEvents = isSameSet(events, asked.events ?? []);
  const isThere = asked.targetUrl === undefined || asked.targetUrl === targetUrl;
  return present<WebhookOutputs>({
    ...keptIn(WEBHOOK_FIELDS, asked),
    ...returnedIn(WEBHOOK_FIELDS, webhook),
    uid,
    events: isSameEvents ? (asked.events ?? events) : events,
    secret,
    isSecretLost: secret === undefined ? asked.isSecretLost : undefined,
    isTested: isThere && asked.isTested === true ? true : undefined,
    createdAt,
    updatedAt,
  });
}

/** The one that was made goes into the state, so that the next `up` puts another in its place, whose secret is known. */
function withoutSecret(outs: WebhookOutputs, inputs: WebhookInputs): UnfinishedError {
  const error = new AvalaError(
    "network",
    `Webhook ${outs.uid} was made, but the response with its secret was lost.`,
    {
      hint: "Run up again to replace it. If you set `secret` yourself, this can't happen.",
    },
  );
  const properties = { ...outs, isSecretLost: true, __provider: providerOf(inputs) };
  return new UnfinishedError(error, outs.uid, properties);
}

/** One whose message does not arrive is there all the same: the next `up` tries it again. */
async function tryIt(
  { avala, messages }: Acting,
  outs: WebhookOutputs,
  inputs: WebhookInputs,
): Promise<WebhookOutputs> {
  try {
    const { isSuccess, message } = await testWebhook(avala, outs.uid);
    const why = message ?? "the server gave no reason";
    if (isSuccess === false) {
      throw new AvalaError("validation", `The test message of webhook ${outs.uid} failed: ${why}`, {
        hint: "Make sure that its target responds with a 2xx status and run up again, or leave `test` out.",
      });
    }
    await messages.info(`Test message sent: ${message ?? "no details from the server"}`);
    return { ...outs, isTested: true };
  } catch (error) {
    throw new UnfinishedError(error, outs.uid, { ...outs, __provider: providerOf(inputs) });
  }
}

export function createWebhookHandler(session: Session): Handler<WebhookInputs, WebhookOutputs> {
  return createPlainHandler<WebhookInputs, WebhookOutputs>(session, {
    kind: "webhook",
    fields: WEBHOOK_FIELDS,
    compare: ({ olds, news }) => ({
      isChanged:
        changedIn(WEBHOOK_FIELDS, "update", { olds, news }).length > 0 || isToBeTested(olds, news),
      replaces: isSecretOther(olds, news) ? ["secret"] : [],
    }),
    describeReplacement: (id) =>
      `The API can't change the secret of a webhook: another is made, and then this one (uid ${id}) is removed.`,
    create: async (acting, inputs) => {
      const input = passedOn(WEBHOOK_FIELDS, inputs);
      const { webhook, isSecretLost } = await createWebhookOnce(acting.avala, input);
      const outs = outputsOf(webhook, inputs);
      if (isSecretLost) throw withoutSecret(outs, inputs);
      if (!isToBeTested(undefined, inputs)) return { id: webhook.uid, outs };
      return { id: webhook.uid, outs: await tryIt(acting, outs, inputs) };
    },
    update: async (acting, id, { olds, news }) => {
      const changes = updatesOf(WEBHOOK_FIELDS, news);
      const webhook = await updateWebhook(acting.avala, id, changes);
      const isTested = olds.isTested === true && !isElsewhere(olds, news);
      const outs = outputsOf(webhook, { ...olds, ...changes, isTested });
      return isToBeTested(olds, news) ? tryIt(acting, outs, news) : outs;
    },
    read: async (avala, id, props) => outputsOf(await getWebhook(avala, id), props),
    remove: (avala, id) => deleteWebhook(avala, id),
    needs: {
      create: () => ["webhooks.read", "webhooks.write"],
      update: () => ["webhooks.write"],
      delete: ["webhooks.write"],
    },
  });
}
