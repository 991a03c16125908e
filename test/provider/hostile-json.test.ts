// Whatever a server's JSON holds, what a handler hands to the engine is data: every field of every resource's replies.
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Handlers } from "../../provider/handlers/handlers";
import { WITH_CHANGES } from "../support/dialects";
import {
  fieldsOf,
  hostileValues,
  poison,
  recordingTransport,
  replayingTransport,
  SIGNATURE,
  type Recording,
} from "../support/hostile-json";
import { halfOf } from "../support/night";
import type { Properties } from "../support/provider-process";
import { hurriedClock } from "../support/session";
import { jpeg } from "../support/temp-tree";
import { checked, createBench, failuresOf, type Bench } from "../support/provider";

const RESERVED = new Set([SIGNATURE, "__proto__", "__pulumiOutput"]);
const UNKNOWN = /^(?:1c4a061d|3eeb2bf0|04da6b54|6a19a0b0|030794c1|e48ece36|dd056dcd)-.{27}$/;

/** Everything in `value` that is no data to the engine or to the SDK. */
function notData(value: unknown, path: string): string[] {
  if (typeof value === "string") {
    const isBad = UNKNOWN.test(value) || /\p{Surrogate}/u.test(value);
    return isBad ? [`${path}: ${JSON.stringify(value)}`] : [];
  }
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${path}: ${value}`];
  if (value === null || value === undefined || typeof value === "boolean") return [];
  if (typeof value !== "object") return [`${path}: a ${typeof value}`];
  return Object.entries(value).flatMap(([key, item]) =>
    RESERVED.has(key) || /\p{Surrogate}/u.test(key)
      ? [`${path}.${key}`]
      : notData(item, `${path}.${key}`),
  );
}

/** What one call hands to the engine: what it returns, or what its error has in it. */
async function handed(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    const { message, id, properties, reasons } = error as {
      message: string;
      id?: string;
      properties?: object;
      reasons?: readonly string[];
    };
    expect(() => encodeURI(message)).not.toThrow();
    return { message, id, properties, reasons };
  }
}

type Given = Readonly<Record<string, unknown>>;

interface Life {
  readonly kind: Exclude<keyof Handlers, "close">;
  readonly given: Given;
  /** What changes for `update`. */
  readonly change: Given;
}

const lives: readonly Life[] = [
  {
    kind: "dataset",
    given: { name: "pets", dataType: "image", waitForIngest: false },
    change: { visibility: "public" },
  },
  {
    kind: "export",
    given: { projects: ["p"], waitForExport: false },
    change: { waitForExport: false },
  },
  {
    kind: "storageConfig",
    given: {
      ...{ name: "mine", provider: "aws_s3", bucketName: "b", bucketRegion: "r" },
      ...{ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secretAccessKey" },
    },
    change: { test: true },
  },
  {
    kind: "webhook",
    given: { targetUrl: "https://x.example/", events: ["export.completed"] },
    change: { test: true },
  },
];

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "images/a.jpg": jpeg("a") }, WITH_CHANGES);
});
afterEach(() => bench.stop());

interface Recorded {
  readonly recording: Recording;
  readonly inputs: object;
  readonly news: object;
  readonly olds: object;
  readonly id: string;
}

/** A life with a sound server. */
async function recorded({ kind, given, change }: Life): Promise<Recorded> {
  const recording: Recording = new Map();
  const api = recordingTransport(recording);
  const handler = bench.handlers({}, { api, clock: hurriedClock })[kind] as Handlers["webhook"];
  const inputs = await checked(handler, given);
  const { id, outs } = await handler.create(inputs);
  const news = await checked(handler, { ...given, ...change }, inputs as unknown as Given);
  await handler.update(id, outs as never, news);
  await handler.read(id, outs);
  return { recording, inputs, news, olds: outs as object, id };
}

/** The same calls, with replies that `poisoned` has gone over. */
async function live(
  { kind }: Life,
  { recording, inputs, news, olds, id }: Recorded,
  poisoned: (body: string) => string,
): Promise<readonly unknown[]> {
  const api = replayingTransport(recording, poisoned);
  const handler = bench.handlers({}, { api, clock: hurriedClock })[kind] as Handlers["webhook"];
  return [
    await handed(handler.create(inputs as never)),
    await handed(handler.update(id, olds as never, news as never)),
    await handed(handler.read(id, olds as never)),
  ];
}

/** What all of them read of a key's scopes is read alike, before anything else: it is played with the first of them. */
const withoutScopes = (recording: Recording): Recording =>
  new Map([...recording].filter(([call]) => !call.endsWith("/users/me/permissions/")));

describe.each(lives)("$kind", (one) => {
  test("hands over data, whatever the server puts in any field", async () => {
    const { uid } = bench.avala.addProject("p");
    const isExport = one.kind === "export";
    const life = isExport ? { ...one, given: { ...one.given, projects: [uid] } } : one;
    const known = await recorded(life);
    const fields = fieldsOf(one === lives[0] ? known.recording : withoutScopes(known.recording));
    expect(fields.size).toBeGreaterThan(5);
    const found: string[] = [];
    const values = Object.entries(hostileValues());
    const texts = [...fields].flatMap(([field, isText]) => (isText ? field : []));
    const others = [...fields.keys()].filter((field) => !texts.includes(field));
    // What should be a text is read as one, whatever its name: each value comes in the place of half of them.
    const each = values.flatMap((value) => others.map((field) => [value, field] as const));
    for (const [[name, hostile], field] of [...each, ...halfOf(values, texts)]) {
      const results = await live(life, known, (body) => poison(body, field, hostile));
      found.push(...notData(results, `${field} as ${name}`));
      for (const result of results) {
        const { outs, props, properties } = result as Record<string, Properties | undefined>;
        Struct.fromJavaScript(outs ?? props ?? properties ?? {}).serializeBinary();
      }
    }
    expect(found).toEqual([]);
  });
});

describe("a program's own inputs", () => {
  const asset = { [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", text: "x" };

  test.each([
    ["dataset", { name: "n", dataType: "image", metadata: { photo: [asset] } }, "metadata"],
    ["fileSet", { root: "r", versionOf: "n", include: asset }, "include"],
    ["export", { projects: ["p"], triggers: { a: asset } }, "triggers"],
    ["webhook", { targetUrl: "https://x.example", events: [asset] }, "events"],
    ["storageConfig", { name: asset, provider: "gc_storage" }, "name"],
  ] as const)("that hold an asset are refused by %s", async (kind, given, property) => {
    const handler = bench.handlers()[kind] as Handlers["webhook"];
    const failures = await failuresOf(handler, given);
    expect(failures).toEqual([{ property, reason: expect.stringContaining("an asset") as string }]);
  });
});
