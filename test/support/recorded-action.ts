// The Action's environment as a plain object that remembers everything: what a runner would have shown and kept.
import action from "../../action.yml";
import type { ActionEnvironment, CommitStatus, ExportCache } from "../../action/environment";
import { run } from "../../action/run";
import type { Emulator } from "../../emulator";
import type { Clock } from "../../src/flow/clock";
import { createTempTree, type TempTree } from "./temp-tree";
import { hurriedClock } from "./session";

interface Metadata {
  readonly inputs: Readonly<Record<string, { description: string; default?: string }>>;
  readonly outputs: Readonly<Record<string, { description: string }>>;
  readonly runs: { readonly using: string; readonly main: string };
}

export const metadata = action as Metadata;

/** What a runner hands over for an input that the workflow does not give; an expression stands for nothing here. */
function defaultOf(name: string): string {
  const value = metadata.inputs[name]?.default ?? "";
  return value.startsWith("${{") ? "" : value;
}

export interface Annotation {
  readonly text: string;
  readonly file?: string | undefined;
}

export interface Recorded {
  readonly environment: ActionEnvironment;
  /** Everything that was printed, with the names of groups. */
  readonly lines: string[];
  readonly outputs: Record<string, string>;
  readonly warnings: Annotation[];
  readonly errors: string[];
  readonly secrets: string[];
  readonly statuses: CommitStatus[];
  readonly summaries: string[];
  /** All of it that people see: no secret may be in there. */
  text(): string;
}

export interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly tree: TempTree;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly exportCache?: ExportCache;
  /** The payload of the event. */
  readonly event?: unknown;
  readonly onStatus?: (status: CommitStatus) => Promise<void>;
  readonly onInfo?: (line: string) => void;
}

export function record(given: Given): Recorded {
  const { inputs = {}, tree } = given;
  const lines: string[] = [];
  const outputs: Record<string, string> = {};
  const warnings: Annotation[] = [];
  const errors: string[] = [];
  const secrets: string[] = [];
  const statuses: CommitStatus[] = [];
  const summaries: string[] = [];
  const defaults = Object.keys(metadata.inputs).map((name) => [name, defaultOf(name)] as const);
  const all = new Map([...defaults, ...Object.entries(inputs)]);
  const variables = [...all].map(
    ([name, value]) => [`INPUT_${name.toUpperCase()}`, value] as const,
  );
  const environment: ActionEnvironment = {
    env: {
      ...Object.fromEntries(variables),
      AVALA_STATE_DIR: tree.at(".state"),
      GITHUB_EVENT_NAME: "push",
      GITHUB_SHA: "a".repeat(40),
      // As of a job that sets it for all of its steps.
      AVALA_API_KEY: "avk_of_the_job",
      ...given.env,
    },
    workspace: tree.root,
    tempDirectory: tree.at(".temp"),
    signal: given.signal ?? new AbortController().signal,
    clock: given.clock ?? hurriedClock,
    isDebug: true,
    getInput: (name) => all.get(name)?.trim() ?? "",
    setOutput: (name, value) => {
      outputs[name] = value;
    },
    setSecret: (value) => secrets.push(value),
    debug: (line) => lines.push(line),
    info: (line) => {
      lines.push(line);
      given.onInfo?.(line);
    },
    warning: (text, place) => warnings.push({ text, file: place?.file }),
    setFailed: (text) => errors.push(text),
    startGroup: (title) => lines.push(title),
    endGroup: () => undefined,
    logTrouble: () => undefined,
    writeSummary: async (markdown) => {
      summaries.push(markdown);
    },
    readEvent: () => given.event,
    setCommitStatus: async (status) => {
      statuses.push(status);
      await given.onStatus?.(status);
      return status.state;
    },
    exportCache: given.exportCache ?? { find: () => undefined, create: async () => undefined },
  };
  const text = (): string =>
    [...lines, ...warnings.map((one) => one.text), ...errors, ...summaries].join("\n");
  return { environment, lines, outputs, warnings, errors, secrets, statuses, summaries, text };
}

/** The inputs and variables that lead to an emulator. */
export function leadingTo(emulator: Pick<Emulator, "baseUrl" | "storageUrl" | "apiKey">): {
  readonly inputs: Record<string, string>;
  readonly env: Record<string, string>;
} {
  return {
    inputs: {
      "api-key": emulator.apiKey,
      "base-url": emulator.baseUrl,
      "allow-storage-hosts": new URL(emulator.storageUrl).host,
    },
    env: { AVALA_ALLOW_INSECURE_BASE_URL: "true", AVALA_API_KEY: "" },
  };
}

/** A run that talks to `emulator`, and has not started. */
export function recordTalkingTo(emulator: Emulator, given: Given): Recorded {
  const to = leadingTo(emulator);
  const inputs = { ...to.inputs, ...given.inputs };
  return record({ ...given, inputs, env: { ...to.env, ...given.env } });
}

/** A run that talks to `emulator`, from its start to its end. */
export async function runTalkingTo(emulator: Emulator, given: Given): Promise<Recorded> {
  const recorded = recordTalkingTo(emulator, given);
  await run(recorded.environment);
  return recorded;
}

export { createTempTree, type TempTree };
