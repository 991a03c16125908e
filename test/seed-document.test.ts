// The user's own seed document, all of it: each test names its section.
import { download, sendForm } from "../src/api/storage/storage";
import { poll } from "../src/flow/poll";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import type { Emulator, EmulatorOptions } from "../emulator";
import { connect } from "../src/api/connect";
import type { Avala } from "../src/api/connection";
import { getDataset, listDatasetPage, listDatasets } from "../src/api/endpoints/datasets/datasets";
import { createExport, getExport } from "../src/api/endpoints/exports";
import { listItems, type DatasetItem } from "../src/api/endpoints/datasets/items";
import { confirmUpload } from "../src/api/endpoints/uploads/manual-upload";
import { getMe } from "../src/api/endpoints/users";
import { ApiError } from "../src/errors";
import { presignForm } from "./support/presign-form";
import { json, replyServer, type ReplyServer } from "./support/reply-server";
import { skippingClock } from "./support/virtual-clock";
import { startQuietly } from "./support/quiet-emulator";

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open(baseUrl: string, apiKey: string, storageUrl?: string) {
  const clock = skippingClock();
  const avala = connect({
    apiKey,
    baseUrl,
    allowInsecureBaseUrl: true,
    allowStorageHosts: storageUrl === undefined ? [] : [new URL(storageUrl).host],
    ports: { clock },
  });
  closing.push(() => avala.close());
  return { avala, clock };
}

async function start(options: EmulatorOptions = {}): Promise<{ emulator: Emulator; avala: Avala }> {
  const emulator = await startQuietly(options);
  closing.push(() => emulator.stop());
  const { baseUrl, apiKey, storageUrl } = emulator;
  return { emulator, avala: open(baseUrl, apiKey, storageUrl).avala };
}

async function answering(status: number, body: unknown, headers = {}): Promise<ReplyServer> {
  const server = await replyServer((_request, response) => json(response, status, body, headers));
  closing.push(() => server.stop());
  return server;
}

const KEY = "avk_seed_document_0123456789";

async function upload(avala: Avala, datasetName: string, path: string, text: string) {
  const small = Buffer.from(text);
  const sizeBytes = small.length;
  const target = await presignForm(avala, { datasetName, path, sizeBytes });
  await sendForm(avala, target, { path, sizeBytes, small });
}

async function makeDataset(avala: Avala, name: string, files: number): Promise<void> {
  for (let i = 0; i < files; i += 1) {
    await upload(avala, name, `image${String(i).padStart(3, "0")}.jpg`, `picture ${i}`);
  }
  await confirmUpload(avala, { name, slug: name, dataType: "image" });
}

async function refusal(work: Promise<unknown>): Promise<ApiError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiError) return error;
  throw new Error(`expected an ApiError, got ${String(error)}`);
}

describe("Base URL", () => {
  test("is https://api.avala.ai/api/v1 unless another is given", () => {
    const avala = connect({ apiKey: KEY });
    expect(avala.baseUrl).toBe("https://api.avala.ai/api/v1");
    avala.close();
  });
});

describe("Authentication", () => {
  test("every request includes the key in the X-Avala-Api-Key header", async () => {
    const server = await answering(200, { next: null, previous: null, results: [] });
    const { avala } = open(`${server.origin}/api/v1`, KEY);
    for await (const dataset of listDatasets(avala)) void dataset;
    expect(server.heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "GET /api/v1/datasets/",
    ]);
    expect(server.heard[0]?.rawHeaders).toEqual(expect.arrayContaining(["X-Avala-Api-Key", KEY]));
  });

  test("the key tells whose it is", async () => {
    const { avala } = await start();
    expect(await getMe(avala)).toMatchObject({ username: "emulator" });
  });
});

describe("Making Requests", () => {
  test("lists datasets", async () => {
    const { avala } = await start();
    await makeDataset(avala, "training", 1);
    const { results } = await listDatasetPage(avala);
    expect(results).toMatchObject([{ name: "training", slug: "training", dataType: "image" }]);
  });
});

describe("Handling Pagination", () => {
  test("reads one page with a limit, and the next by its cursor", async () => {
    const { avala } = await start();
    for (const name of ["one", "two", "three"]) await makeDataset(avala, name, 1);
    const first = await listDatasetPage(avala, { limit: 2 });
    expect(first.results).toHaveLength(2);
    expect(first.previous).toBeNull();
    const cursor = new URL(first.next ?? "").searchParams.get("cursor") ?? "";
    const second = await listDatasetPage(avala, { limit: 2, cursor });
    expect(second).toMatchObject({ next: null });
    expect(second.previous).toEqual(expect.any(String));
    const names = [...first.results, ...second.results].map(({ name }) => name);
    expect(names.sort()).toEqual(["one", "three", "two"]);
  });

  test("paginates through all results, by the full next URL of each reply", async () => {
    const { avala, emulator } = await start();
    for (const name of ["one", "two", "three"]) await makeDataset(avala, name, 1);
    const names: string[] = [];
    for await (const { name } of listDatasets(avala, { limit: 1 })) names.push(name);
    expect(names.sort()).toEqual(["one", "three", "two"]);
    expect(emulator.requests().filter(({ route }) => route === "/datasets/").length).toBe(3);
  });
});

describe("Error Handling", () => {
  const limits = {
    "X-RateLimit-Limit": "100",
    "X-RateLimit-Remaining": "41",
    "X-RateLimit-Reset": "1795521660",
  };
  const rateLimit = { limit: 100, remaining: 41, resetAtMs: 1_795_521_660_000 };

  test.each([
    {
      name: "400 with detail",
      status: 400,
      body: { detail: "Slug is not valid." },
      code: "validation",
      detail: "Slug is not valid.",
      fields: {},
    },
    {
      name: "400 with field errors",
      status: 400,
      body: { field_name: ["This field is required."] },
      code: "validation",
      detail: "field_name: This field is required.",
      fields: { field_name: ["This field is required."] },
    },
    {
      name: "401",
      status: 401,
      body: { detail: "Invalid API key." },
      code: "authentication",
      detail: "Invalid API key.",
      fields: {},
    },
    {
      name: "404",
      status: 404,
      body: { detail: "Not found." },
      code: "not_found",
      detail: "Not found.",
      fields: {},
    },
    {
      name: "500",
      status: 500,
      body: { detail: "Internal server error" },
      code: "server",
      detail: "Internal server error",
      fields: {},
    },
  ])(
    "$name is an error of its own kind, with the server's words and the budget that is left",
    async ({ status, body, code, detail, fields }) => {
      const server = await answering(status, body, { ...limits, "X-Request-Id": "req-7" });
      const { avala } = open(server.origin, KEY);
      const error = await refusal(getDataset(avala, "nonexistent"));
      expect(error).toMatchObject({ status, code, detail, fields, rateLimit, requestId: "req-7" });
    },
  );

  test("a real server's errors are of the same kinds", async () => {
    const { avala, emulator } = await start();
    expect(await refusal(getDataset(avala, "nonexistent"))).toMatchObject({
      code: "not_found",
      detail: "Not found.",
    });
    const { avala: stranger } = open(emulator.baseUrl, KEY);
    expect(await refusal(getMe(stranger))).toMatchObject({ code: "authentication" });
  });
});

describe("Handling Errors in Code", () => {
  test.each([
    { name: "seconds", header: () => "7" },
    { name: "a date", header: () => new Date(Date.now() + 7000).toUTCString() },
  ])("429: waits as Retry-After says in $name, and goes on", async ({ header }) => {
    let refused = 0;
    const server = await replyServer((_request, response) => {
      if (refused > 0) return json(response, 200, { uid: "u", username: "me" });
      refused += 1;
      const detail = "Request was throttled. Expected available in 7 seconds.";
      json(response, 429, { detail }, { "Retry-After": header() });
    });
    closing.push(() => server.stop());
    const { avala, clock } = open(server.origin, KEY);
    expect(await getMe(avala)).toMatchObject({ username: "me" });
    const waitedMs = clock.waits.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThan(5500);
    expect(waitedMs).toBeLessThan(8500);
  });

  test("429: an error of its own kind when the server refuses for an hour", async () => {
    const detail = "Request was throttled. Expected available in 60 seconds.";
    const server = await answering(429, { detail }, { "Retry-After": "60" });
    const { avala } = open(server.origin, KEY);
    const error = await refusal(getMe(avala));
    expect(error).toMatchObject({
      code: "rate_limited",
      status: 429,
      retryAfterMs: 60_000,
      detail,
    });
    expect(server.heard).toHaveLength(60);
  });

  test("X-RateLimit-Remaining on every response tells what is left", async () => {
    const { avala } = await start({ requestsPerMinute: 50 });
    await getMe(avala);
    expect(avala.pace.snapshot()).toMatchObject({ limit: 50, remaining: 49 });
  });
});

describe("File Uploads", () => {
  test("asks for a presigned URL, uploads all fields with the file last, and confirms", async () => {
    const { avala, emulator } = await start();
    const small = Buffer.from("the picture");
    const path = "image001.jpg";
    const sizeBytes = small.length;
    const target = await presignForm(avala, { datasetName: "my-dataset", path, sizeBytes });
    await sendForm(avala, target, { path, sizeBytes, small });
    const dataset = await confirmUpload(avala, {
      name: "my-dataset",
      slug: "my-dataset",
      dataType: "image",
    });
    expect(dataset).toMatchObject({ name: "my-dataset", slug: "my-dataset" });
    // The emulator's storage verifies the policy: every field, the exact length, `file` last.
    expect(emulator.requests().map(({ route, status }) => `${status} ${route}`)).toEqual([
      "200 /datasets/manual-upload/file-upload-url/",
      "204 PostObject",
      "201 /datasets/manual-upload/",
    ]);
    const [stored] = await emulator.objects();
    expect(stored).toMatchObject({
      size: sizeBytes,
      sha256: createHash("sha256").update(small).digest("hex"),
    });
  });
});

describe("Common Patterns: List All Items with Pagination", () => {
  test("fetches every item of a dataset by following next", async () => {
    const { avala, emulator } = await start();
    await makeDataset(avala, "training-v2", 7);
    const items: DatasetItem[] = [];
    const ref = { owner: "emulator", slug: "training-v2" };
    for await (const item of listItems(avala, ref, { limit: 3 })) items.push(item);
    expect(items.map(({ key }) => key)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((i) => `image00${i}.jpg`),
    );
    const pages = emulator.requests().filter(({ route }) => route.endsWith("/items/"));
    expect(pages).toHaveLength(3);
  });
});

describe("Common Patterns: Create and Wait for an Export", () => {
  test("exports a project, polls until completed, and fetches from the download URL", async () => {
    let nowMs = Date.now();
    const now = (): number => nowMs;
    const { avala, emulator } = await start({ exportMs: 150, clock: { now } });
    await makeDataset(avala, "training", 2);
    const project = emulator.addProject("release");
    const created = await createExport(avala, {
      name: "release",
      format: "avala-json-external",
      projects: [project.uid],
      datasets: [],
      slices: [],
    });
    const statuses: string[] = [];
    const done = await poll(() => getExport(avala, created.uid), {
      isDone: ({ state }) => state !== "running",
      onValue: ({ status }) => statuses.push(status),
      clock: {
        now,
        sleep: async () => {
          nowMs += 60;
        },
      },
      random: avala.random,
      timeoutMs: 10_000,
      what: "the export",
    });
    expect(done).toMatchObject({
      status: "completed",
      state: "completed",
      projects: [project.uid],
    });
    expect(statuses.length).toBeGreaterThan(1);
    const { status, body } = await download(avala, done.downloadUrl ?? "");
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    expect(status).toBe(200);
    expect(bytes).toBeGreaterThan(100);
  });

  test("the document's own loop of curl and jq ends on the default emulator", async () => {
    const { avala, emulator } = await start({ exportMs: 150 });
    await makeDataset(avala, "training", 2);
    const project = emulator.addProject("release");
    // Word for word, but for the server, the project, and a shorter sleep.
    const script = `
EXPORT=$(curl -s -X POST "$BASE/exports/" \\
  -H "X-Avala-Api-Key: $AVALA_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"project_id": "'"$PROJECT"'"}')

EXPORT_UID=$(echo $EXPORT | jq -r '.uid')
echo "Export started: $EXPORT_UID"

while true; do
  STATUS=$(curl -s "$BASE/exports/$EXPORT_UID/" \\
    -H "X-Avala-Api-Key: $AVALA_API_KEY" | jq -r '.status')

  echo "Status: $STATUS"

  if [ "$STATUS" = "completed" ]; then
    break
  fi

  sleep 0.1
done

DOWNLOAD_URL=$(curl -s "$BASE/exports/$EXPORT_UID/" \\
  -H "X-Avala-Api-Key: $AVALA_API_KEY" | jq -r '.download_url')

echo "Download: $DOWNLOAD_URL"
`;
    const { stdout } = await promisify(execFile)("bash", ["-c", script], {
      timeout: 10_000,
      env: {
        PATH: process.env["PATH"],
        ...{ BASE: emulator.baseUrl, AVALA_API_KEY: emulator.apiKey, PROJECT: project.uid },
      },
    });
    expect(stdout).toMatch(
      /^Export started: .+\n(Status: \w+\n)*Status: completed\nDownload: http/,
    );
  });

  test("sends project_id, which the document's server reads, beside the reference's form", async () => {
    const server = await answering(201, { uid: "e1", status: "pending" });
    const { avala } = open(server.origin, KEY);
    await createExport(avala, {
      name: "release",
      format: "avala-json-external",
      projects: ["project_abc123"],
      datasets: [],
      slices: [],
    });
    expect(JSON.parse(String(server.heard[0]?.body))).toEqual({
      name: "release",
      format: "avala-json-external",
      projects: ["project_abc123"],
      datasets: [],
      slices: [],
      project_id: "project_abc123",
      project: "project_abc123",
    });
  });
});
