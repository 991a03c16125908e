// What the handlers of one provider process share: the configuration, one connection (and so one request budget), the
// engine's log, and what is remembered between the engine's calls. Nothing of it outlives the process.
import type { dynamic } from "@pulumi/pulumi";
import { connect } from "../../src/api/connect";
import { withListener, type Avala, type Ports } from "../../src/api/connection";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { createSecrets, type Secrets } from "../../src/api/secrets";
import { isInCi, stateDirectory } from "../../src/config";
import { readAvalaConfig, requireKey, soundConfig, type ConfigKey, type ReadKey } from "./config";
import { createCalls, type Call, type Calls } from "./calls";
import { createDeclaredSets, type DeclaredSets } from "./declared-sets";
import type { EngineLog } from "./engine";
import type { Problems } from "./failures";
import { messagesFor, showEvents, type Messages } from "./messages";
import { createPreviewCalls } from "./preview-calls";
import { createSendingTotal, type SendingTotal } from "./sending-total";

export interface SessionOptions {
  readonly log: EngineLog;
  readonly environment: NodeJS.ProcessEnv;
  readonly ports?: Partial<Ports>;
  /** Stops whatever waits or sends. */
  readonly signal?: AbortSignal | undefined;
}

interface Memory {
  readonly calls: Calls;
  /** Look-ups of a preview, by what was looked for. An `up` looks again. */
  readonly foundInPreview: Map<string, Promise<Dataset | undefined>>;
  /** Resources of which `diff` has found a change, by urn. */
  readonly changing: Set<string>;
  readonly sendingTotal: SendingTotal;
  readonly declaredSets: DeclaredSets;
}

export interface Session extends Memory {
  /** What no message and no error shows, from the moment that a handler is given it. */
  readonly secrets: Secrets;
  /** Handlers have this as their `configure`. Every one of them is called with the same configuration. */
  configure(request: dynamic.ConfigureRequest): Promise<void>;
  organizationUid(): string | undefined;
  /** Its slug. */
  organization(): string | undefined;
  messages(call: Call): Messages;
  /**
   * The API, with the core's events shown on the row of `call`.
   * @throws InputError when there is no key, or the configuration can't be used
   */
  avala(call: Call): Avala;
  /** Notes why the configuration can't be used; that it has no key passes. */
  checkConfig(problems: Problems): void;
  /** As `avala`, or `undefined` when there is no key: a preview works without. */
  avalaIfConfigured(call: Call): Avala | undefined;
  /** `undefined` where the user has no home for it. */
  stateDirectory(): string | undefined;
  /** Closes kept connections. The engine ends the process instead. */
  close(): void;
}

// The SDK calls `configure` without waiting for it before it lets a second resource in, so it must be done at once.
function configReader(request: dynamic.ConfigureRequest): ReadKey {
  return (key: ConfigKey) => request.config.get(`avala:${key}`);
}

/** What the engine's calls have to know of those before them. */
function emptyMemory(): Memory {
  return {
    calls: createCalls(),
    foundInPreview: new Map(),
    changing: new Set(),
    sendingTotal: createSendingTotal(),
    declaredSets: createDeclaredSets(),
  };
}

export function createSession(options: SessionOptions): Session {
  const { log, environment, ports, signal } = options;
  let read: ReadKey = () => undefined;
  let shared: Avala | undefined;
  const secrets = createSecrets();
  const isLogged = isInCi(environment);
  const open = (): Avala => {
    shared ??= connect({ ...requireKey(soundConfig(read, environment)), ports, signal, secrets });
    return shared;
  };
  const memory = emptyMemory();
  const messages = (call: Call): Messages =>
    messagesFor(log, call, {
      hide: secrets.hide,
      isLogged,
      isChanging: memory.changing.has(call.urn ?? ""),
    });
  const ofPreview = createPreviewCalls();
  const avala = (call: Call): Avala => {
    const shown = withListener(open(), showEvents(messages(call)));
    return call.isPreview === true ? ofPreview(shown) : shown;
  };
  return {
    ...memory,
    secrets,
    configure: (request) => {
      read = configReader(request);
      secrets.add(readAvalaConfig(read, environment).apiKey);
      return Promise.resolve();
    },
    organizationUid: () => readAvalaConfig(read, environment).organizationUid,
    organization: () => readAvalaConfig(read, environment).organization,
    messages,
    avala,
    checkConfig: (problems) => {
      try {
        soundConfig(read, environment);
      } catch (error) {
        problems.addError(error, "");
      }
    },
    avalaIfConfigured: (call) =>
      soundConfig(read, environment).apiKey === "" ? undefined : avala(call),
    stateDirectory: () => stateDirectory(environment),
    close: () => shared?.close(),
  };
}
