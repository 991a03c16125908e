// A store that answers otherwise than the emulator's.
import { Readable } from "node:stream";
import type { Avala } from "../../src/api/connection";

interface Asked {
  /** Of its URL. */
  readonly path: string;
  readonly sizeBytes: number;
}

interface Changed {
  readonly status?: number;
  readonly etag?: string;
  /** In place of its own. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** In place of a store that keeps what it is sent: nothing is kept, and the reply says otherwise, with an ETag. */
export const KEEPS_NOTHING = {
  status: 204,
  headers: { ETag: `"${"0".repeat(32)}"` },
} as const;

/** From now on, of each object that is asked about. */
export function changeReplies(avala: Avala, change: (asked: Asked) => Changed): void {
  const open = avala.storage.open.bind(avala.storage);
  jest.spyOn(avala.storage, "open").mockImplementation(async (request) => {
    const reply = await open(request);
    const path = decodeURIComponent(new URL(request.url).pathname);
    const sizeBytes = Number(/\d+$/.exec(reply.headers["content-range"] ?? "")?.[0]);
    const { status, etag, headers } = change({ path, sizeBytes });
    if (status !== undefined) return { status, headers: {}, body: Readable.from([]) };
    const tag = etag === undefined ? {} : { etag: `"${etag}"` };
    return { ...reply, headers: { ...reply.headers, ...tag, ...headers } };
  });
}
