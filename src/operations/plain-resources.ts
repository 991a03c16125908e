// Webhooks, storage configs and quality targets as a whole: made once, over a server whose reply can be lost.
// Knows nothing of what they are for.
import type { Avala } from "../api/connection";
import {
  createQualityTarget,
  listQualityTargets,
  type QualityTarget,
  type QualityTargetInput,
} from "../api/endpoints/quality-targets";
import {
  createStorageConfig,
  listStorageConfigs,
  type StorageConfig,
  type StorageConfigInput,
} from "../api/endpoints/storage-configs";
import {
  createWebhook,
  listWebhooks,
  type Webhook,
  type WebhookInput,
} from "../api/endpoints/webhooks";
import { AvalaError, ignoreForbidden } from "../errors";
import { makeOnceAmong, type Made, sameMembers } from "./lost-reply";

interface Listed<T> {
  readonly what: string;
  readonly list: (avala: Avala) => AsyncIterable<T>;
  /** Whether it is as the one that is being made. */
  readonly isAlike: (found: T) => boolean;
  readonly make: () => Promise<T>;
}

function unknownOutcomeError(what: string, lost: AvalaError): AvalaError {
  return new AvalaError(lost.code, `It is not known whether this succeeded: ${lost.message}`, {
    ambiguous: true,
    hint: `This key cannot list what exists. Before you run again, check at Avala whether "${what}" succeeded, or give the key the right to read.`,
    cause: lost,
  });
}

/** Several that are alike are no mistake, so they are distinguished by what was there before. */
async function makeListed<T extends { readonly uid: string }>(
  avala: Avala,
  listed: Listed<T>,
): Promise<Made<T>> {
  const { what, make, list, isAlike } = listed;
  const alike = async (): Promise<readonly T[]> => {
    const found: T[] = [];
    for await (const candidate of list(avala)) if (isAlike(candidate)) found.push(candidate);
    return found;
  };
  const before = await alike().catch(ignoreForbidden);
  return makeOnceAmong(avala, {
    ...{ what, make, alike, before },
    unknownOutcomeError: (lost) => unknownOutcomeError(what, lost),
  });
}

function sameUrl(left: string, right: string): boolean {
  const isUrl = URL.canParse(left) && URL.canParse(right);
  return isUrl ? new URL(left).href === new URL(right).href : left === right;
}

/**
 * Makes a webhook, and never two of it: after a lost reply the one that is new is taken. Its `secret` comes in that reply
 * alone, so unless it was given it is then unknown (`isSecretLost`).
 * @throws AvalaError; `ambiguous` when it can't be known whether it was made
 */
export async function createWebhookOnce(
  avala: Avala,
  input: WebhookInput,
): Promise<{ readonly webhook: Webhook; readonly isSecretLost: boolean }> {
  const { made, wasFound } = await makeListed(avala, {
    what: `create a webhook for ${new URL(input.targetUrl).host}`,
    list: listWebhooks,
    isAlike: ({ targetUrl, events }) =>
      sameUrl(targetUrl, input.targetUrl) && sameMembers(events, input.events),
    make: () => createWebhook(avala, input),
  });
  return { webhook: made, isSecretLost: wasFound && input.secret === undefined };
}

/**
 * Makes a storage config, and never two of it: after a lost reply the one that is new is taken.
 * @throws AvalaError; `ambiguous` when it can't be known whether it was made
 */
export async function createStorageConfigOnce(
  avala: Avala,
  input: StorageConfigInput,
): Promise<StorageConfig> {
  const { made } = await makeListed(avala, {
    what: `create storage config ${input.name}`,
    list: (session) => listStorageConfigs(session, input),
    isAlike: ({ name, bucketName = input.bucketName, provider = input.provider }) =>
      name === input.name && bucketName === input.bucketName && provider === input.provider,
    make: () => createStorageConfig(avala, input),
  });
  return made;
}

/**
 * Makes a quality target, and never two of it: after a lost reply the one that is new is taken.
 * @throws AvalaError; `ambiguous` when it can't be known whether it was made
 */
export async function createQualityTargetOnce(
  avala: Avala,
  projectUid: string,
  input: QualityTargetInput,
): Promise<QualityTarget> {
  const { made } = await makeListed(avala, {
    what: `create quality target ${input.name} of project ${projectUid}`,
    list: (session) => listQualityTargets(session, projectUid),
    isAlike: ({ name, metric }) => name === input.name && metric === input.metric,
    make: () => createQualityTarget(avala, projectUid, input),
  });
  return made;
}
