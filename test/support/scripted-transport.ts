// The network behind its port: answers in the order of a script, and keeps what was asked.
import { connect, type ConnectOptions } from "../../src/api/connect";
import type { Avala } from "../../src/api/connection";
import type { HttpRequest, HttpResponse, Transport } from "../../src/api/transport/transport";
import type { AvalaEvent } from "../../src/events";
import { fixedRandom, virtualClock, type VirtualClock } from "./virtual-clock";

export type Step = HttpResponse | Error | ((request: HttpRequest) => Promise<HttpResponse>);

export function reply(
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): HttpResponse {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/html" : "application/json";
  return { status, headers: { "content-type": type, ...headers }, body: Buffer.from(text) };
}

export interface Scripted {
  readonly avala: Avala;
  readonly clock: VirtualClock;
  readonly requests: HttpRequest[];
  readonly events: AvalaEvent[];
  /** The answer in JSON of the only, or the nth, request's body. */
  readonly body: (index?: number) => unknown;
}

export const KEY = "avk_scripted_0123456789";
export const BASE = "https://avala.test/api/v1";

/** The last step is repeated for whatever comes after it. */
export function scripted(steps: readonly Step[], options: Partial<ConnectOptions> = {}): Scripted {
  const clock = virtualClock();
  const requests: HttpRequest[] = [];
  const events: AvalaEvent[] = [];
  const transport: Transport = {
    send: async (request) => {
      const step = steps[Math.min(requests.length, steps.length - 1)];
      requests.push(request);
      if (step === undefined) throw new Error("nothing is scripted");
      if (step instanceof Error) throw step;
      return typeof step === "function" ? step(request) : step;
    },
    open: () => Promise.reject(new Error("nothing is scripted")),
    close: () => undefined,
  };
  const avala = connect({
    apiKey: KEY,
    baseUrl: BASE,
    onEvent: (event) => events.push(event),
    ...options,
    ports: { api: transport, storage: transport, clock, random: fixedRandom(0), ...options.ports },
  });
  return {
    avala,
    clock,
    requests,
    events,
    body: (index = 0) => JSON.parse(String(requests[index]?.body)) as unknown,
  };
}
