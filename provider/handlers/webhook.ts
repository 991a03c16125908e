// Webhook: where Avala tells what happened. The plain REST resource.
import type { dynamic } from "@pulumi/pulumi";
import {
  deleteWebhook,
  getWebhook,
  updateWebhook,
  type Webhook,
  type WebhookInput,
} from "../../src/api/webhooks";
import { AvalaError, isAvalaError } from "../../src/errors";
import { createWebhookOnce } from "../../src/plain-resources";
import { takeCall } from "../process/calls";
import { defineHandler } from "../process/define-handler";
import { Problems, UnfinishedError, providerOf } from "../process/failures";
import type { Handler } from "../process/handler";
import { present } from "../process/present";
import { applyRules, isFlag, isText, isTextList, type Rule, type Rules } from "../process/rules";
import { isSame } from "../process/same";
import type { Session } from "../process/session";

export interface WebhookInputs {
  readonly targetUrl: string;
  readonly events: readonly string[];
  readonly isActive?: boolean;
  readonly secret?: string;
}

export interface WebhookOutputs extends WebhookInputs {
  readonly uid: string;
  readonly isActive: boolean;
  /** It came in a reply that was lost, and no call tells it again. */
  readonly isSecretLost?: boolean;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

const isHttpsUrl: Rule = (value) =>
  typeof value === "string" && /^https:\/\/[^\s/]/i.test(value)
    ? undefined
    : "must be an https URL";

const WEBHOOK_RULES: Rules = {
  targetUrl: isHttpsUrl,
  events: isTextList,
  isActive: isFlag,
  secret: isText,
};

function outputsOf(webhook: Webhook, asked: Partial<WebhookOutputs>): WebhookOutputs {
  const { uid, targetUrl, events, isActive, createdAt, updatedAt } = webhook;
  // The API returns the secret when the webhook is made and never again.
  const secret = webhook.secret ?? asked.secret;
  const sorted = isSame([...events].sort(), [...(asked.events ?? [])].sort())
    ? asked.events
    : events;
  return present<WebhookOutputs>({
    uid,
    targetUrl,
    events: sorted ?? events,
    isActive,
    secret,
    isSecretLost: secret === undefined ? asked.isSecretLost : undefined,
    createdAt,
    updatedAt,
  });
}

/** The one that was made goes into the state, so that the next `up` puts another in its place, whose secret is known. */
function withoutSecret(outs: WebhookOutputs, inputs: WebhookInputs): UnfinishedError {
  const error = new AvalaError(
    "network",
    `Webhook ${outs.uid} was made, and the reply that told its secret was lost.`,
    {
      hint: "Run up again: another takes its place. With a `secret` of your own this can't happen.",
    },
  );
  const properties = { ...outs, isSecretLost: true, __provider: providerOf(inputs) };
  return new UnfinishedError(error, outs.uid, properties);
}

class WebhookHandler implements Handler<WebhookInputs, WebhookOutputs> {
  constructor(private readonly session: Session) {}

  configure(request: dynamic.ConfigureRequest): Promise<void> {
    return this.session.configure(request);
  }

  check(_olds: WebhookInputs, news: WebhookInputs): Promise<dynamic.CheckResult<WebhookInputs>> {
    const { call, inputs } = takeCall<Partial<WebhookInputs>>(news);
    this.session.checkConfig();
    const problems = new Problems();
    if (inputs.targetUrl === undefined) problems.add("targetUrl", "is missing");
    if (inputs.events === undefined) problems.add("events", "is missing");
    applyRules(inputs, WEBHOOK_RULES, problems);
    if (problems.failures.length > 0)
      return Promise.resolve({ inputs: news, failures: problems.failures });
    this.session.calls.keep(inputs, call);
    return Promise.resolve({ inputs: inputs as WebhookInputs });
  }

  diff(id: string, olds: WebhookOutputs, news: WebhookInputs): Promise<dynamic.DiffResult> {
    this.session.calls.of(news, id);
    const isChanged =
      !isSame(olds.targetUrl, news.targetUrl) ||
      !isSame(olds.events, news.events) ||
      olds.isActive !== (news.isActive ?? true) ||
      (news.secret !== undefined && news.secret !== olds.secret);
    const replaces = olds.isSecretLost === true && news.secret === undefined ? ["secret"] : [];
    return Promise.resolve({ changes: isChanged || replaces.length > 0, replaces });
  }

  async create(inputs: WebhookInputs): Promise<dynamic.CreateResult<WebhookOutputs>> {
    const { targetUrl, events, isActive, secret } = inputs;
    const avala = this.session.avala(this.session.calls.of(inputs));
    const { webhook, isSecretLost } = await createWebhookOnce(
      avala,
      present<WebhookInput>({ targetUrl, events, isActive, secret }),
    );
    const outs = outputsOf(webhook, inputs);
    if (isSecretLost) throw withoutSecret(outs, inputs);
    return { id: webhook.uid, outs };
  }

  async update(
    id: string,
    olds: WebhookOutputs,
    news: WebhookInputs,
  ): Promise<dynamic.UpdateResult<WebhookOutputs>> {
    const { targetUrl, events, isActive = true, secret } = news;
    const avala = this.session.avala(this.session.calls.of(news, id));
    const webhook = await updateWebhook(
      avala,
      id,
      present<WebhookInput>({ targetUrl, events, isActive, secret }),
    );
    return { outs: outputsOf(webhook, present<WebhookInputs>({ ...olds, ...news })) };
  }

  async read(id: string, props?: WebhookOutputs): Promise<dynamic.ReadResult<WebhookOutputs>> {
    try {
      const webhook = await getWebhook(this.session.avala({}), id);
      return { id, props: outputsOf(webhook, props ?? {}) };
    } catch (error) {
      if (isAvalaError(error) && error.code === "not_found") return { id: "" };
      throw error;
    }
  }

  async delete(id: string): Promise<void> {
    try {
      await deleteWebhook(this.session.avala(this.session.calls.ofId(id)), id);
    } catch (error) {
      if (!isAvalaError(error) || error.code !== "not_found") throw error;
    }
  }
}

export function createWebhookHandler(session: Session): Handler<WebhookInputs, WebhookOutputs> {
  return defineHandler({ kind: "webhook", session, handler: new WebhookHandler(session) });
}
