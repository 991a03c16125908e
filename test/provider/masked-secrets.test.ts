// What a handler is given as a secret is masked in whatever it says, in each of its methods, from a process's first call on.
import type { Handlers } from "../../provider/handlers/handlers";
import { formsOf } from "../../src/secret-forms";
import { checked, createBench, type Bench } from "../support/provider";

const KEY_LINES = ["MIIEvAIBADANBgkqhkiG9w0BAQ", "E+FAASC/BKYwggSiAgEAAoIBAQ=="];
const KEY_FILE = JSON.stringify(
  {
    type: "service_account",
    private_key_id: "k1",
    private_key: `-----BEGIN PRIVATE KEY-----\n${KEY_LINES.join("\n")}\n-----END PRIVATE KEY-----\n`,
  },
  null,
  2,
);
const SECRET = 'wJalr/XUtn+"FEMI K7MDENG';
const KEY_ID = "AK1D";

type Given = Readonly<Record<string, unknown>>;
interface Case {
  readonly kind: Exclude<keyof Handlers, "close" | "fileSet">;
  readonly given: Given;
  readonly secrets: readonly string[];
}

const S3 = { provider: "aws_s3", bucketName: "b", bucketRegion: "r" };
const KEYS = { accessKeyId: KEY_ID, secretAccessKey: SECRET };
const GCS = { provider: "gc_storage", bucketName: "b", authJsonContent: KEY_FILE };

const cases: readonly Case[] = [
  {
    kind: "storageConfig",
    given: { name: "s", test: true, ...S3, ...KEYS },
    secrets: [SECRET, KEY_ID],
  },
  {
    kind: "storageConfig",
    given: { name: "g", test: true, ...GCS },
    secrets: [KEY_FILE, ...KEY_LINES],
  },
  {
    kind: "dataset",
    given: { name: "d", dataType: "image", providerConfig: { ...S3, ...KEYS } },
    secrets: [SECRET, KEY_ID],
  },
  {
    kind: "webhook",
    given: {
      targetUrl: "https://x.example/",
      events: ["export.completed"],
      secret: SECRET,
      test: true,
    },
    secrets: [SECRET],
  },
];

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({});
});
afterEach(() => bench.stop());

/** Everything that an error hands to the engine, and to the SDK, which prints its stack. */
async function said(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "";
  } catch (error) {
    const { message, stack, reasons = [] } = error as Error & { reasons?: readonly string[] };
    return [String(error), message, stack, ...reasons].join("\n");
  }
}

describe.each(cases)("$kind", ({ kind, given, secrets }) => {
  /** The methods that a new process's first call may be; each is given what the engine gives it. */
  const methods: Readonly<
    Record<string, (handler: Handlers["webhook"], inputs: never, olds: never) => Promise<unknown>>
  > = {
    create: (handler, inputs) => handler.create(inputs),
    update: (handler, inputs, olds) => handler.update("uid", olds, inputs),
    "read of the state": (handler, _, olds) => handler.read("uid", olds),
    "delete of the state": (handler, _, olds) => handler.delete("uid", olds),
  };

  test.each(Object.entries(methods))("says none in %s", async (_name, method) => {
    const inputs = await checked(bench.handlers()[kind] as Handlers["webhook"], given);
    const olds = { uid: "uid", name: "x", slug: "x", itemCount: 0, declared: {}, ...inputs };
    const forms = secrets.flatMap(formsOf);
    for (let at = 0; at < forms.length; at += 20) {
      const quoted = forms.slice(at, at + 20).map((form) => ` <${form}> `);
      const body = { detail: quoted.slice(0, 5), error: quoted.join(""), message: quoted.join("") };
      bench.avala.setFault({ on: { target: "api" }, times: 0, reply: { status: 400, body } });
      const handler = bench.handlers()[kind] as Handlers["webhook"];
      const text = await said(() => method(handler, inputs as never, olds as never));
      // A dataset that stays at Avala may leave the state without a call.
      expect(text === "" || text.includes("***")).toBe(true);
      expect(forms.filter((form) => text.includes(`<${form}>`))).toEqual([]);
      expect(forms.filter((form) => bench.told().join().includes(`<${form}>`))).toEqual([]);
    }
  });
});

test("a bucket's test that quotes what it was given shows none in a later process", async () => {
  const given = { name: "s", ...S3, ...KEYS };
  const inputs = await checked(bench.handlers().storageConfig, given);
  const { id, outs } = await bench.handlers().storageConfig.create(inputs);
  const reply = { status: 200, body: { verified: false, message: `no ${SECRET} of ${KEY_ID}` } };
  bench.avala.setFault({ on: { path: "*/test/" }, times: 0, reply });
  const handler = bench.handlers().storageConfig;
  const news = await checked(handler, { ...given, test: true });
  const text = await said(() => handler.update(id, outs as never, news));
  expect(text).toContain("no *** of ***");
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(KEY_ID);
  bench.avala.clearFaults();
  bench.avala.failStorageTest({ [KEY_ID]: ["?"], s3_access_key_id: [`no ${SECRET} of ${KEY_ID}`] });
  const byField = await said(() => bench.handlers().storageConfig.update(id, outs as never, news));
  expect(byField).toContain("accessKeyId: no *** of ***");
  expect(byField).not.toContain(SECRET);
  expect(byField).not.toContain(KEY_ID);
});

test("whatever a program gave as a secret is masked, also where the resource knows none", async () => {
  const handler = bench.handlers().dataset;
  const metadata = { site: "Atlantis-7" };
  const call = { secrets: [["metadata"]] };
  const inputs = await checked(handler, { name: "d", dataType: "image", metadata, call });
  const reply = { status: 400, body: { detail: "no site Atlantis-7" } };
  bench.avala.setFault({ on: { method: "POST" }, times: 0, reply });
  const text = await said(() => handler.create(inputs));
  expect(text).toContain("no site ***");
  expect(text).not.toContain("Atlantis");
});

test("what is wrong with an input does not quote a secret", async () => {
  const { failures = [] } = await bench.handlers().dataset.check(
    {} as never,
    {
      ...{ name: "d", dataType: "my-secret-type", call: { secrets: [["dataType"]] } },
    } as never,
  );
  expect(JSON.stringify(failures)).not.toContain("my-secret-type");
  expect(failures).toEqual([
    { property: "", reason: expect.stringMatching(/^dataType: must be one of image, /) as string },
  ]);
});

const isNamed = async (given: Given): Promise<boolean> => {
  const { failures = [] } = await bench.handlers().webhook.check({} as never, given as never);
  expect(failures).toHaveLength(1);
  const named = failures.map(({ property, reason }) => property || reason.split(":", 1)[0]);
  expect(named).toEqual(["targetUrl"]);
  return failures[0]?.property === "targetUrl";
};

test("a failure names a property only where the engine may show its value", async () => {
  const events = ["export.completed"];
  const open = { targetUrl: "http://a.example/", events };
  expect(await isNamed({ ...open, call: {} })).toBe(true);
  expect(await isNamed({ ...open, call: { secrets: [["targetUrl"]] } })).toBe(false);
  // The engine took the call away, and with it what is secret.
  expect(await isNamed(open)).toBe(false);
  expect(await isNamed({ ...open, targetUrl: "http://a.example/?token=abc", call: {} })).toBe(
    false,
  );
  const secret = "k3yk3yk3y";
  expect(await isNamed({ targetUrl: `http://${secret}/`, secret, events, call: {} })).toBe(false);
  expect(await isNamed({ events })).toBe(true); // there is no value to show
});

test("words of our own are not masked, and neither is what stands beside a secret", async () => {
  const providerConfig = { ...S3, bucketName: "images-of-roads", ...KEYS };
  const check = async (secrets: readonly (readonly string[])[]): Promise<string> => {
    const given = { name: "d", dataType: "image", providerConfig, call: { secrets } };
    const inputs = await checked(bench.handlers().dataset, given);
    const reply = { status: 400, body: { detail: `images-of-roads at aws_s3 with ${SECRET}` } };
    bench.avala.setFault({ on: { method: "POST" }, reply });
    const handler = bench.handlers().dataset;
    await checked(handler, given);
    return said(() => handler.create(inputs));
  };
  expect(await check([["providerConfig"]])).toContain("*** at aws_s3 with ***");
  expect(await check([["providerConfig", "secretAccessKey"]])).toContain(
    "images-of-roads at aws_s3 with ***",
  );
});
