// Handlers as the engine calls them, against an emulator in this process, and without an engine.
import type { dynamic } from "@pulumi/pulumi";
import type { Emulator, EmulatorOptions } from "../../emulator/index";
import { createHandlers, type Handlers } from "../../provider/handlers/handlers";
import type { EngineMessage } from "../../provider/process/engine";
import type { Handler } from "../../provider/process/handler";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import type { Ports } from "../../src/api/connection";
import type { HttpRequest, Transport } from "../../src/api/transport/transport";
import { createTempTree, type TempTree, type TreeContent } from "./temp-tree";
import { startQuietly } from "./quiet-emulator";

export interface Bench {
  readonly avala: Emulator;
  readonly tree: TempTree;
  readonly stateDirectory: string;
  readonly messages: EngineMessage[];
  /** A new process of the provider: nothing is remembered but the state and the journal. */
  handlers(environment?: NodeJS.ProcessEnv, ports?: Partial<Ports>, signal?: AbortSignal): Handlers;
  /** `POST /exports/` and the like, since the last call of this. */
  writes(): readonly string[];
  /** Warnings and lasting messages, without the live lines. */
  told(): readonly string[];
  stop(): Promise<void>;
}

export async function createBench(
  files: TreeContent,
  options: EmulatorOptions = {},
): Promise<Bench> {
  const avala = await startQuietly(options);
  const tree = createTempTree(files);
  const state = createTempTree();
  const messages: EngineMessage[] = [];
  const open: Handlers[] = [];
  let seen = 0;
  return {
    avala,
    tree,
    stateDirectory: state.root,
    messages,
    handlers: (environment = {}, ports = {}, signal = undefined) => {
      const handlers = createHandlers({
        log: (message) => {
          messages.push(message);
          return Promise.resolve();
        },
        environment: {
          AVALA_API_KEY: avala.apiKey,
          AVALA_BASE_URL: avala.baseUrl,
          AVALA_ALLOW_INSECURE_BASE_URL: "true",
          AVALA_ALLOW_STORAGE_HOSTS: new URL(avala.storageUrl).host,
          AVALA_STATE_DIR: state.root,
          ...environment,
        },
        ports,
        signal,
      });
      open.push(handlers);
      return handlers;
    },
    writes: () => {
      const fresh = avala.requests().slice(seen);
      seen = avala.requests().length;
      return fresh
        .filter(({ target, method }) => target === "api" && method !== "GET")
        .map(({ method, route }) => `${method} ${route}`);
    },
    told: () => messages.filter(({ isEphemeral }) => isEphemeral !== true).map(({ text }) => text),
    stop: async () => {
      for (const handlers of open) handlers.close();
      tree.remove();
      state.remove();
      await avala.stop();
    },
  };
}

/** Calls of the API go out over it, and are kept. */
export function hearingTransport(): { readonly api: Transport; readonly heard: HttpRequest[] } {
  const heard: HttpRequest[] = [];
  const inner = createAxiosTransport({});
  const send: Transport["send"] = (request) => {
    heard.push(request);
    return inner.send(request);
  };
  return { api: { ...inner, send }, heard };
}

export interface Made<Inputs, Outputs> {
  readonly id: string;
  readonly inputs: Inputs;
  readonly outs: Outputs;
}

/** What a program gives: a part of the inputs, from which `check` makes the rest. */
type Given = Readonly<Record<string, unknown>>;

/** What a program gives a growing set of the bench's files. */
export const growingSetOf = ({ tree }: Pick<Bench, "tree">, more: Given = {}): Given => ({
  root: tree.root,
  include: ["**/*.jpg"],
  name: "training",
  __provider: "loader",
  ...more,
});

/** `check`, and its inputs when it found nothing wrong. */
export async function checked<Inputs, Outputs>(
  handler: Handler<Inputs, Outputs>,
  given: Given,
  olds: Given = {},
): Promise<Inputs> {
  const { inputs, failures = [] } = await handler.check(olds as Inputs, given as Inputs);
  if (failures.length > 0 || inputs === undefined) throw new Error(JSON.stringify(failures));
  return inputs;
}

/** As a program asks, which passes its call on. */
export async function failuresOf<Inputs, Outputs>(
  handler: Handler<Inputs, Outputs>,
  given: Given,
): Promise<readonly dynamic.CheckFailure[]> {
  return (await handler.check({} as Inputs, { call: {}, ...given } as Inputs)).failures ?? [];
}

/** A first `up` of one resource. */
export async function make<Inputs, Outputs>(
  handler: Handler<Inputs, Outputs>,
  given: Given,
): Promise<Made<Inputs, Outputs>> {
  const inputs = await checked(handler, given);
  const { id, outs } = await handler.create(inputs);
  if (outs === undefined) throw new Error("create returned no outputs");
  return { id, inputs, outs };
}

export interface Unfinished<Outputs> {
  readonly message: string;
  readonly id: string;
  readonly properties: Outputs & { readonly __provider?: string };
}

/** The error of a call that leaves the resource unfinished. */
export async function unfinished<Outputs>(work: Promise<unknown>): Promise<Unfinished<Outputs>> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (typeof error !== "object" || error === null || !("properties" in error)) {
    throw new Error(`not an unfinished resource: ${String(error)}`);
  }
  return error as Unfinished<Outputs>;
}
