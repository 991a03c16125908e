// Whatever is asked, no reply is a 500 that no fault asked for: each would be a mistake of the emulator, played as Avala's.
import { Agent, request } from "node:http";
import * as fc from "fast-check";
import { ROUTES } from "../../emulator/api/routes";
import { type Dialect, type Emulator } from "../../emulator/index";
import { call, confirm, presign, start, stopAll, upload } from "../support/emulator";

jest.setTimeout(120_000);
afterEach(stopAll);

/** Requests to each route; the nightly workflow makes more. */
const RUNS = Number(process.env["AVALA_SEEDS"] ?? 10);

const agent = new Agent({ keepAlive: true, maxSockets: 8 });
afterAll(() => {
  agent.destroy();
});

interface Knock {
  readonly method: string;
  readonly url: URL;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** By Node's own client, which leaves paths and headers as they are. */
function knock({ method, url, headers = {}, body }: Knock): Promise<number> {
  const { hostname, port } = url;
  const path = url.href.slice(url.origin.length);
  return new Promise((resolve, reject) => {
    const sent = request({ agent, method, hostname, port, path, headers }, (response) => {
      response.resume().once("end", () => {
        resolve(response.statusCode ?? 0);
      });
    });
    sent.once("error", reject).end(body);
  });
}

const deep = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** Values that have broken a server before. */
const ODD: readonly unknown[] = [
  ...[null, true, "", " ", 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [null], [[]], [{}]],
  ...["__proto__", "constructor", "toString", "\ud800", "a\u0000b", "x".repeat(5000), "é😀"],
  ...["../../x", "/", "\\", "${filename}", "%2e%2e", "\r\nX: y", "-1", "9".repeat(400), "NaN"],
  ...[{ toString: 1 }, [{ toString: 1, valueOf: 2 }], { uid: {} }, ["\ud800"], [1, 2, 3]],
  ...[{ provider: "constructor" }, { provider: { toString: 1 } }, { provider: "aws_s3" }],
];

/** A body for each route, of which one field after the other is made odd. */
const GOOD = {
  name: "cats",
  slug: "cats",
  data_type: "image",
  visibility: "private",
  create_metadata: true,
  is_sequence: false,
  metadata: {},
  industry: 1,
  license: 1,
  owner_name: "emulator",
  organization_uid: "00000000-0000-4000-8000-000000000000",
  organization_id: "emulator-org",
  owner_username: "emulator",
  provider_config: { provider: "gc_storage", gc_storage_bucket_name: "b" },
  dataset_name: "dogs",
  file_path_in_dataset: "a.jpg",
  content_length: 10,
  dataset_upload_uid: "00000000-0000-4000-8000-000000000001",
  upload_protocol_version: 2,
  part_numbers: [1],
  format: "YOLO",
  datasets: [],
  projects: [],
  slices: [],
  project: "p",
  project_id: "p",
  dataset: "d",
  filter_query_string: "",
  sub_slices: [],
  provider: "aws_s3",
  s3_bucket_name: "b",
  s3_bucket_region: "r",
  target_url: "https://example.com/",
  events: ["export.completed"],
  is_active: true,
  metric: "issue_rate",
  operator: "gt",
  threshold: 1,
  severity: "critical",
  notify_webhook: true,
  notify_emails: [],
  iou_threshold: 0.5,
  min_annotations: 2,
  s3_auth_method: "access_key",
  included_extensions: "jpg",
  secret: "s",
};
const FIELDS = Object.keys(GOOD);

const body = fc.oneof(
  { weight: 8, arbitrary: fc.record(mutations(), { requiredKeys: [] }) },
  { weight: 2, arbitrary: fc.constantFrom(...ODD) },
  { weight: 2, arbitrary: fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown) },
);

function mutations(): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(FIELDS.map((name) => [name, fc.constantFrom(...ODD)]));
}

const part = fc.constantFrom(
  ...["x", "%", "%ff", "%00", "%2f", "__proto__", "constructor", "emulator", "cats", "%ed%a0%80"],
);
const query = fc.constantFrom(
  ...["", "?limit=-1", "?limit=1e9", "?cursor=%ff", "?cursor=cD0xZTk5OQ==", "?page=0", "?page=x"],
  ...["?limit=1&cursor=cj0xJnA9MQ==", "?organization_uid=%00", "?name=%ff&status=__proto__"],
  ...["?organization=constructor", "?%", "?project=%00&status=x"],
);

/** What there is to be found, one of each kind. */
async function furnished(
  dialect: Partial<Dialect> = {},
): Promise<{ emulator: Emulator; uids: readonly string[] }> {
  const emulator = await start({
    projects: ["streets"],
    dialect: { uploadReply: "managed", ...dialect },
  });
  await upload(emulator, "a.jpg", "x");
  const dataset = (await confirm(emulator)).body.uid;
  const project = (await call(emulator, "GET", "/users/me/projects/")).body.results[0]!.uid;
  const named = async (path: string, fields: object) =>
    (await call(emulator, "POST", path, { body: { ...GOOD, ...fields } })).body;
  const managed = await named("/datasets/manual-upload/file-upload-url/", {
    content_length: 70 * 2 ** 20,
    organization_uid: undefined,
  });
  const exported = await call(emulator, "POST", "/exports/", { body: { dataset } });
  const webhook = await named("/webhooks/", {});
  const config = await named("/storage-configs/", {});
  const [task] = (await call(emulator, "GET", `/tasks/?project=${project}`)).body.results;
  const target = await named(`/projects/${project}/quality-targets/`, {
    ...{ metric: "issue_rate", operator: "gt", threshold: 1 },
  });
  const uids = [
    task?.uid ?? "",
    target.uid,
    dataset,
    project,
    managed.upload_uid,
    exported.body.uid,
    webhook.uid,
    config.uid,
  ];
  expect(uids).toEqual(uids.map(() => expect.any(String) as string));
  return { emulator, uids };
}

function pathOf(route: string, uids: readonly string[]): fc.Arbitrary<string> {
  const parts = route.split("/").map((name) => {
    if (!name.startsWith("{")) return fc.constant(name);
    return name === "{uid}" ? fc.oneof(fc.constantFrom(...uids), part) : part;
  });
  return fc.tuple(...parts).map((found) => found.join("/"));
}

function expectNoMistake(emulator: Emulator): void {
  const mistakes = emulator.requests().filter(({ status, error }) => status >= 500 || error);
  expect(mistakes).toEqual([]);
}

test.each([
  ["default", {}],
  ["generous", { datasetChanges: "offered", permissions: "absent", projectPaths: "both" }],
  ["mixed", { exportHost: "api", validationErrors: "detail", parts: "one" }],
] as const)("no request to any route of the API gets a 500: %s dialect", async (_name, dialect) => {
  const { emulator, uids } = await furnished(dialect);
  const key = emulator.apiKey;
  for (const [index, route] of ROUTES.entries()) {
    // What is removed could not be found again.
    const runs = route.method === "DELETE" ? 6 : RUNS;
    const call = fc.tuple(pathOf(route.path, uids), query, body);
    for (const [path, search, content] of fc.sample(call, { seed: index, numRuns: runs })) {
      const url = new URL(`${emulator.baseUrl}${path}${search}`);
      const headers = { "X-Avala-Api-Key": key, "Content-Type": "application/json" };
      const sent = route.method === "GET" ? {} : { body: JSON.stringify(content) };
      await knock({ method: route.method, url, headers, ...sent });
    }
  }
  expectNoMistake(emulator);
});

test.each([
  ["that nests without end", deep(100_000)],
  ["of half a text", '{"name": "x'],
  ["that is not UTF-8", Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ["of nothing but a prototype", '{"__proto__": {"name": "x"}, "constructor": 1}'],
])("no body %s gets a 500", async (_what, content) => {
  const { emulator } = await furnished();
  const headers = { "X-Avala-Api-Key": emulator.apiKey, "Content-Type": "application/json" };
  for (const { method, path } of ROUTES.filter((route) => route.method !== "GET")) {
    const url = new URL(`${emulator.baseUrl}${path.replaceAll(/\{\w+\}/g, "x")}`);
    await knock({ method, url, headers, body: content });
  }
  expectNoMistake(emulator);
});

const ODD_TEXTS = ["", "x", "é", "😀".repeat(16), "0".repeat(64), "%00", "constructor", "a;b;c"];

test("no signature of a URL, however odd, gets a 500", async () => {
  const emulator = await start();
  await upload(emulator, "a.jpg", "x");
  await confirm(emulator);
  const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
  const signed = new URL(items.body.results[0]!.url);
  for (const name of signed.searchParams.keys()) {
    for (const odd of [...ODD_TEXTS, "99999999T999999Z", "é".repeat(32), "-5", "1e99"]) {
      const url = new URL(signed);
      url.searchParams.set(name, odd);
      for (const method of ["GET", "PUT", "HEAD", "DELETE", "PATCH"])
        await knock({ method, url, headers: { Range: "bytes=-0" } });
    }
  }
  for (const path of ["/%", "/avala-emulator/%ff", "//", "/avala-emulator", "/avala-emulator/%00"])
    await knock({ method: "GET", url: new URL(emulator.storageUrl + path) });
  expectNoMistake(emulator);
});

test("no upload form, however odd, gets a 500", async () => {
  const emulator = await start();
  const form = await presign(emulator, "a.jpg", 1);
  const headers = { "Content-Type": "multipart/form-data; boundary=B" };
  for (const field of [...Object.keys(form.fields), "success_action_status", "__proto__"]) {
    for (const odd of [...ODD_TEXTS, "bnVsbA==", "e30=", "é".repeat(32)]) {
      const fields = { ...form.fields, [field]: odd };
      const parts = Object.entries(fields).map(
        ([name, value]) =>
          `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      );
      const file = `--B\r\nContent-Disposition: form-data; name="file"; filename="é"\r\n\r\nx\r\n--B--`;
      await knock({
        method: "POST",
        url: new URL(form.url),
        headers,
        body: `${parts.join("")}${file}`,
      });
    }
  }
  expectNoMistake(emulator);
});

const UNPLAYABLE: readonly unknown[] = [
  null,
  1,
  "x",
  [null],
  { on: null },
  { on: [] },
  { on: { path: 1 } },
  { on: { path: "*".repeat(5000) } },
  { on: { target: "constructor" } },
  { constructor: 1 },
  { reply: null },
  { reply: {} },
  { reply: { status: 99_999 } },
  { reply: { status: 101 } },
  { reply: { status: 200, headers: { "a b": "x" } } },
  { reply: { status: 200, headers: { a: "x\r\ny" } } },
  { reply: { status: 200, headers: { a: 1 } } },
  { reply: { status: 200, colour: "red" } },
  { delayMs: -1 },
  { delayMs: 1e12 },
  { bytesPerSecond: 0 },
  { cutAfterBytes: -1 },
  { probability: 2 },
  { times: 1.5 },
  { when: "toString" },
  Array.from({ length: 1001 }, () => ({})),
];

describe("a fault", () => {
  test.each(UNPLAYABLE.map((fault) => [JSON.stringify(fault)]))(
    "that can't be played is refused with a 400 that says why: %s",
    async (fault) => {
      const emulator = await start();
      const url = `${new URL(emulator.baseUrl).origin}/_emulator/faults`;
      const answer = await call(emulator, "POST", url, { body: fault });
      expect(answer).toMatchObject({ status: 400, body: { detail: expect.any(String) as string } });
      expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
      expectNoMistake(emulator);
    },
  );

  test("with a path of a thousand stars is looked at as fast as any", async () => {
    const emulator = await start();
    emulator.setFault({ on: { path: `${"*a".repeat(1000)}b` }, times: 0, reply: { status: 500 } });
    const path = `/${"a".repeat(5000)}/`;
    expect((await call(emulator, "GET", path)).status).toBe(404);
  });
});

test("the controls refuse what they do not know", async () => {
  const emulator = await start();
  const control = `${new URL(emulator.baseUrl).origin}/_emulator`;
  const asked = [
    ["POST", "/ledger", 405],
    ["GET", "/ledger?after=x", 400],
    ["GET", "/faults", 405],
    ["GET", "/x", 404],
  ] as const;
  for (const [method, path, status] of asked)
    expect((await call(emulator, method, control + path)).status).toBe(status);
  expectNoMistake(emulator);
});
