// A stack together with the local Avala that it talks to, and what that Avala was asked.
import type { Emulator, EmulatorOptions } from "../../emulator/index";
import type { Part } from "./parts";
import { createStack, type Stack } from "./stack";
import { startQuietly } from "./quiet-emulator";

export interface AvalaStack {
  readonly stack: Stack;
  readonly avala: Emulator;
  /** Runs `work` and tells what reached the server meanwhile. */
  readonly watching: (work: () => Promise<unknown>) => Promise<Received>;
  readonly stop: () => Promise<void>;
}

export interface Received {
  /** Paths of the files that were stored, within their datasets' names, sorted. */
  readonly stored: readonly string[];
  readonly presigns: number;
  readonly confirms: number;
  /** Every request that changes something: `POST /exports/`. */
  readonly writes: readonly string[];
}

const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const CONFIRM = "/datasets/manual-upload/";

function received(avala: Emulator, from: number): Received {
  const entries = avala.requests().slice(from);
  const calls = entries.filter(({ target }) => target === "api");
  const ended = (route: string): number =>
    calls.filter((call) => call.method === "POST" && call.route === route && call.status < 300)
      .length;
  return {
    stored: entries
      .filter(
        ({ target, method, status }) => target === "storage" && method === "POST" && status < 300,
      )
      .map(({ key = "" }) => key.split("/").slice(2).join("/"))
      .sort(),
    presigns: ended(PRESIGN),
    confirms: ended(CONFIRM),
    writes: calls
      .filter(({ method }) => method !== "GET")
      .map(({ method, route }) => `${method} ${route}`),
  };
}

/** What makes a program speak to `avala`. */
export function environmentOf(avala: Emulator): NodeJS.ProcessEnv {
  return {
    AVALA_API_KEY: avala.apiKey,
    AVALA_BASE_URL: avala.baseUrl,
    AVALA_ALLOW_INSECURE_BASE_URL: "true",
    AVALA_ALLOW_STORAGE_HOSTS: new URL(avala.storageUrl).host,
  };
}

/** Without limits, and with short waits, unless the test asks for others. */
export async function createAvalaStack(
  pulumi: Part,
  program: string,
  options: EmulatorOptions & { readonly asUsers?: boolean } = {},
): Promise<AvalaStack> {
  const avala = await startQuietly({ ingestMs: 50, exportMs: 50, ...options });
  const { asUsers = false } = options;
  const stack = await createStack({ pulumi, program, env: environmentOf(avala), asUsers });
  return {
    stack,
    avala,
    watching: async (work) => {
      const from = avala.requests().length;
      await work();
      return received(avala, from);
    },
    stop: async () => {
      stack.remove();
      await avala.stop();
    },
  };
}
