// A server whose JSON is made to be taken for something else than data, by Pulumi's engine, its SDK or JavaScript.
// Knows nothing of who asks it.
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import type { HttpResponse, Transport } from "../../src/api/transport/transport";

export const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWN_NUMBER = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";

function membersOf<Value>(
  count: number,
  valueAt: (index: number) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`k${index}`, valueAt(index)]),
  );
}

/** As JSON text, which alone can hold `__proto__` and numbers beyond all bounds. `uri` is what an engine would fetch. */
export function hostileValues(uri = "http://127.0.0.1:9/"): Readonly<Record<string, string>> {
  const asset = JSON.stringify({ [SIGNATURE]: ASSET, uri });
  return {
    "an asset": asset,
    "an asset deep inside": `{"a":[{"b":${asset}}]}`,
    "an asset behind a prototype": `{"__proto__":${asset}}`,
    "a broken secret": JSON.stringify({ [SIGNATURE]: SECRET, value: 1, ciphertext: "x" }),
    "a signature that is none": JSON.stringify({ [SIGNATURE]: { a: 1 } }),
    "an output": JSON.stringify({ __pulumiOutput: true }),
    "the unknown text": JSON.stringify(UNKNOWN_TEXT),
    "the unknown number, in a list": JSON.stringify([{ a: UNKNOWN_NUMBER }]),
    "no number": "1e999",
    "half a character": '{"\\ud800":"\\udfff"}',
    "half a character as text": '"\\ud800 and more"',
    "a deep list": "[".repeat(90) + "]".repeat(90),
    // One value more than the provider hands over: itself, 100 objects, and 199 numbers in each. As many keys would be parsed
    // ten times as slowly.
    "a huge object": JSON.stringify(membersOf(100, () => membersOf(199, (index) => index))),
  };
}

/** The JSON of a reply, with each member called `field` in it given the value `hostile`, which is JSON text. */
export function poison(body: string, field: string, hostile: string): string {
  const mark = "\u0001hostile\u0001";
  const marked = JSON.stringify(JSON.parse(body), (key, value: unknown) =>
    key === field ? mark : value,
  );
  return marked.split(JSON.stringify(mark)).join(hostile);
}

/** What a server answered: `POST https://…` → its reply. */
export type Recording = Map<string, HttpResponse>;

/** Calls to the API over the network, whose replies are kept in `recording`: of each call the first. */
export function recordingTransport(recording: Recording): Transport {
  const transport = createAxiosTransport({});
  return {
    open: (request) => transport.open(request),
    close: () => {
      transport.close();
    },
    send: async (request) => {
      const reply = await transport.send(request);
      const call = `${request.method} ${request.url}`;
      if (!recording.has(call)) recording.set(call, reply);
      return reply;
    },
  };
}

/** The same replies again, without a network, gone over by `poisoned`; what was not recorded does not exist. */
export function replayingTransport(
  recording: Recording,
  poisoned: (body: string) => string,
): Transport {
  return {
    open: () => Promise.reject(new Error("no bytes are fetched here")),
    close: () => undefined,
    send: ({ method, url }) => {
      const reply = recording.get(`${method} ${url}`);
      if (reply === undefined) {
        return Promise.resolve({ status: 404, headers: {}, body: Buffer.from('{"detail":"no"}') });
      }
      if (reply.status >= 300 || reply.body.length === 0) return Promise.resolve(reply);
      return Promise.resolve({ ...reply, body: Buffer.from(poisoned(reply.body.toString())) });
    },
  };
}

/** The names of all members of the replies, and whether each was always a text. */
export function fieldsOf(recording: Recording): ReadonlyMap<string, boolean> {
  const fields = new Map<string, boolean>();
  for (const { status, body } of recording.values()) {
    if (status >= 300 || body.length === 0) continue;
    JSON.parse(body.toString(), (key, value: unknown) => {
      const isText = typeof value === "string" && fields.get(key) !== false;
      if (!/^\d*$/.test(key)) fields.set(key, isText);
      return value;
    });
  }
  return fields;
}
