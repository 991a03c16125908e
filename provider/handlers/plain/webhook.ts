// Webhook: where Avala reports what happened. The plain REST resource, but for its secret, which no call changes: another
// one is another webhook.
import type { dynamic } from "@pulumi/pulumi";
import {
  deleteWebhook,
  getWebhook,
  testWebhook,
  updateWebhook,
  type Webhook,
  type WebhookInput,
} from "../../../src/api/endpoints/webhooks";
import { AvalaError, isNotFound } from "../../../src/errors";
import { createWebhookOnce } from "../../../src/operations/plain-resources";
import type { Given } from "../../fields/field";
import { WEBHOOK_FIELDS } from "../../fields/webhook";
import { takeCall, type Call } from "../../process/calls";
import { defineHandler } from "../../process/define-handler";
import { Problems, UnfinishedError, providerOf } from "../../process/failures";
import { changedIn, checkFields } from "../../process/fields";
import type { Handler, OwnMethods } from "../../process/handler";
import { present } from "../../process/present";
import { isSame } from "../../process/same";
import type { Needs } from "../../process/scopes";
import type { Session } from "../../process/session";

export interface WebhookInputs extends Given<typeof WEBHOOK_FIELDS> {
  readonly targetUrl: string;
  readonly events: readonly string[];
}

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
  const { uid, targetUrl, events, isActive, createdAt, updatedAt } = webhook;
  // The API returns the secret when the webhook is made and never again.
  const secret = webhook.secret ?? asked.secret;
  const sorted = isSameSet(events, asked.events ?? []) ? asked.events : events;
  const isThere = asked.targetUrl === undefined || asked.targetUrl === targetUrl;
  return present<WebhookOutputs>({
    uid,
    targetUrl,
    events: sorted ?? events,
    isActive,
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

class WebhookHandler implements OwnMethods<WebhookInputs, WebhookOutputs> {
  constructor(private readonly session: Session) {}

  check(_olds: WebhookInputs, news: WebhookInputs): Promise<dynamic.CheckResult<WebhookInputs>> {
    const { call, inputs } = takeCall<Partial<WebhookInputs>>(news);
    this.session.checkConfig();
    const problems = new Problems();
    if (inputs.targetUrl === undefined) problems.add("targetUrl", "is missing");
    if (inputs.events === undefined) problems.add("events", "is missing");
    checkFields(inputs, WEBHOOK_FIELDS, problems);
    if (problems.failures.length > 0)
      return Promise.resolve({ inputs: news, failures: problems.failures });
    this.session.calls.keep(inputs, call);
    return Promise.resolve({ inputs: inputs as WebhookInputs });
  }

  async diff(id: string, olds: WebhookOutputs, news: WebhookInputs): Promise<dynamic.DiffResult> {
    const call = this.session.calls.of(news, id);
    const isChanged =
      changedIn(WEBHOOK_FIELDS, "update", { olds, news }).length > 0 || isToBeTested(olds, news);
    const replaces = isSecretOther(olds, news) ? ["secret"] : [];
    if (replaces.length > 0 && call.isPreview === true) {
      await this.session
        .messages(call)
        .info(
          `The API can't change the secret of a webhook: another is made, and then this one (uid ${id}) is removed.`,
        );
    }
    // Never deletes first, so that nothing that happens in between is missed.
    return { changes: isChanged || replaces.length > 0, replaces };
  }

  async create(inputs: WebhookInputs): Promise<dynamic.CreateResult<WebhookOutputs>> {
    const { targetUrl, events, isActive, secret } = inputs;
    const call = this.session.calls.of(inputs);
    const avala = this.session.avala(call);
    const { webhook, isSecretLost } = await createWebhookOnce(
      avala,
      present<WebhookInput>({ targetUrl, events, isActive, secret }),
    );
    const outs = outputsOf(webhook, inputs);
    if (isSecretLost) throw withoutSecret(outs, inputs);
    if (!isToBeTested(undefined, inputs)) return { id: webhook.uid, outs };
    return { id: webhook.uid, outs: await this.tryIt(call, outs, inputs) };
  }

  /** One whose message does not arrive is there all the same: the next `up` tries it again. */
  private async tryIt(
    call: Call,
    outs: WebhookOutputs,
    inputs: WebhookInputs,
  ): Promise<WebhookOutputs> {
    const { session } = this;
    try {
      const { isSuccess, message } = await testWebhook(session.avala(call), outs.uid);
      const why = message ?? "the server gave no reason";
      if (isSuccess === false) {
        throw new AvalaError(
          "validation",
          `The test message of webhook ${outs.uid} failed: ${why}`,
          {
            hint: "Make sure that its target answers with a 2xx and run up again, or leave `test` out.",
          },
        );
      }
      await session
        .messages(call)
        .info(`Test message sent: ${message ?? "no details from the server"}`);
      return { ...outs, isTested: true };
    } catch (error) {
      throw new UnfinishedError(error, outs.uid, { ...outs, __provider: providerOf(inputs) });
    }
  }

  async update(
    id: string,
    olds: WebhookOutputs,
    news: WebhookInputs,
  ): Promise<dynamic.UpdateResult<WebhookOutputs>> {
    const { targetUrl, events, isActive = true } = news;
    const call = this.session.calls.of(news, id);
    const changes = { targetUrl, events, isActive };
    const webhook = await updateWebhook(this.session.avala(call), id, changes);
    const isTested = olds.isTested === true && !isElsewhere(olds, news);
    const outs = outputsOf(webhook, { ...olds, targetUrl, events, isTested });
    return { outs: isToBeTested(olds, news) ? await this.tryIt(call, outs, news) : outs };
  }

  async read(id: string, props?: WebhookOutputs): Promise<dynamic.ReadResult<WebhookOutputs>> {
    try {
      const webhook = await getWebhook(this.session.avala({}), id);
      return { id, props: outputsOf(webhook, props ?? {}) };
    } catch (error) {
      if (isNotFound(error)) return { id: "" };
      throw error;
    }
  }

  async delete(id: string): Promise<void> {
    try {
      await deleteWebhook(this.session.avala(this.session.calls.ofId(id)), id);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

export function createWebhookHandler(session: Session): Handler<WebhookInputs, WebhookOutputs> {
  const needs: Needs<WebhookInputs, WebhookOutputs> = {
    create: () => ["webhooks.read", "webhooks.write"],
    update: () => ["webhooks.write"],
    delete: ["webhooks.write"],
  };
  return defineHandler({ kind: "webhook", session, handler: new WebhookHandler(session), needs });
}
