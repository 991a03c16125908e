// Which requests have had no response yet, and since when nothing has moved in them. Sends nothing.
import type { Silence } from "../../events";
import type { Clock } from "../../flow/clock";
import type { HttpRequest, Transport } from "./transport";

/** Of an ordinary response one does not wait as long. */
export const SILENT_MS = 10_000;

interface Waiting {
  readonly url: string;
  /** As it is called, in place of its host. */
  readonly name: string | undefined;
  readonly idleTimeoutMs: number;
  /** When it began, or its last bytes went. */
  movedMs: number;
}

export interface Unanswered {
  /** The same transport; what it sends is known here. `name`: what its server is called in place of its host. */
  readonly watch: (transport: Transport, name?: string) => Transport;
  /** Of the server that has been silent longest. `undefined`: none has been for {@link SILENT_MS}. */
  readonly silence: () => Silence | undefined;
}

/** With what the request's bytes move, where they go in pieces. */
function noting(request: HttpRequest, waiting: Waiting, { now }: Clock): HttpRequest {
  if (typeof request.body !== "function") return request;
  const onBytesSent = (bytes: number): void => {
    waiting.movedMs = now();
    request.onBytesSent?.(bytes);
  };
  return { ...request, onBytesSent };
}

const serverOf = ({ name, url }: Waiting): string => name ?? new URL(url).host;

export function createUnanswered(clock: Clock): Unanswered {
  const all = new Set<Waiting>();
  return {
    watch: (transport, name) => ({
      open: (request) => transport.open(request),
      close: () => transport.close(),
      send: async (request) => {
        const { url, idleTimeoutMs } = request;
        const waiting: Waiting = { url, name, idleTimeoutMs, movedMs: clock.now() };
        all.add(waiting);
        try {
          return await transport.send(noting(request, waiting, clock));
        } finally {
          all.delete(waiting);
        }
      },
    }),
    silence: () => {
      const nowMs = clock.now();
      const silent = [...all]
        .filter(({ movedMs }) => nowMs - movedMs >= SILENT_MS)
        .sort((a, b) => a.movedMs - b.movedMs);
      const [oldest] = silent;
      if (oldest === undefined) return undefined;
      const server = serverOf(oldest);
      return {
        server,
        requests: silent.filter((waiting) => serverOf(waiting) === server).length,
        seconds: (nowMs - oldest.movedMs) / 1000,
        secondsLeft: Math.max(0, (oldest.movedMs + oldest.idleTimeoutMs - nowMs) / 1000),
      };
    },
  };
}
