// Each switch of the dialect, played by the routes.
import { readDialect } from "../../emulator/dialect/dialect";
import { type Dialect, type Emulator, SWITCHES } from "../../emulator/index";
import { ALL_DIALECTS, mixtures, startSpeaking } from "../support/dialects";
import { call, CATS, confirm, presign, sendForm, upload } from "../support/emulator";

const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const BATCH = "00000000-0000-4000-8000-000000000001";

const speaking = (dialect: Partial<Dialect>) => startSpeaking(dialect);
const create = (emulator: Emulator, more: object = {}) =>
  call(emulator, "POST", "/datasets/", { body: { ...CATS, ...more } });

describe("the description of the dialect", () => {
  test.each(Object.entries(SWITCHES))("gives %s at least two forms, and evidence", (_name, one) => {
    expect(Object.keys(one.forms).length).toBeGreaterThan(1);
    expect(Object.keys(one.forms)).toEqual(expect.arrayContaining([one.default]));
    expect(one.evidence).toMatch(/^[A-Z].*\.$/);
  });

  test("covers in its opposites every form once, and draws the same mixture for the same seed", () => {
    const forms = Object.values(SWITCHES).flatMap(({ forms: all }) => Object.keys(all));
    const [, ...others] = ALL_DIALECTS;
    const count = forms.length - Object.keys(SWITCHES).length;
    expect(others.filter(({ name }) => name.includes("="))).toHaveLength(count);
    expect(mixtures(3)).toEqual(mixtures(3));
    expect(mixtures(1, 1)).not.toEqual(mixtures(1, 2));
  });

  test("is read with all that is wrong with it at once", () => {
    expect(readDialect({ takenName: "detail" })).toEqual({ takenName: "detail" });
    expect(() => readDialect({ takenName: "no", constructor: 1 })).toThrow(
      /takenName.*constructor/,
    );
    for (const odd of [null, [], "x"]) expect(() => readDialect(odd)).toThrow();
  });
});

test.each([
  ["conflict", 409, { code: "conflict" }],
  ["detail", 400, { detail: "Dataset with the given name already exists." }],
  ["field", 400, { name: ["Dataset with this name already exists."] }],
] as const)("a taken name is %s: %i", async (takenName, status, body) => {
  const emulator = await speaking({ takenName });
  await create(emulator);
  expect(await create(emulator)).toMatchObject({ status, body });
  expect((await confirm(emulator)).status).toBe(status);
  expect((await create(emulator, { name: "other" })).status).toBe(status);
});

test("a validation error may stand under detail", async () => {
  const emulator = await speaking({ validationErrors: "detail" });
  const answer = await create(emulator, { slug: "no slug" });
  expect(answer).toMatchObject({ status: 400, body: { detail: { slug: [expect.any(String)] } } });
});

test("links to pages may be relative, and limits unheard of", async () => {
  const emulator = await startSpeaking(
    { pageLinks: "relative", rateLimitHeaders: "absent" },
    { requestsPerMinute: 100 },
  );
  for (const name of ["a", "b"]) await create(emulator, { name, slug: name });
  const page = await call(emulator, "GET", "/datasets/?limit=1");
  expect(page.body.next).toMatch(/^\/api\/v1\/datasets\/\?/);
  expect([...page.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
});

test.each(["/organizations/", "/slices/emulator/list/", "/datasets/emulator/list/"])(
  "%s comes in pages by number, by cursor, or as an array",
  async (path) => {
    const bodies: unknown[] = [];
    for (const numberedLists of ["numbered", "cursor", "array"] as const)
      bodies.push((await call(await speaking({ numberedLists }), "GET", path)).body);
    const page = { next: null, previous: null, results: expect.any(Array) as unknown };
    const count = expect.any(Number) as unknown;
    expect(bodies).toEqual([{ count, ...page }, page, expect.any(Array)]);
  },
);

test("a person may say no more than a uid, and own things by a handle or an address", async () => {
  for (const ownerName of ["username", "handle", "email"] as const) {
    const emulator = await speaking({ usersMe: "uid", ownerName });
    emulator.addKey({ key: emulator.apiKey, handle: "em" });
    const me = await call(emulator, "GET", "/users/me/");
    expect(Object.keys(me.body)).toEqual(["uid"]);
    const names = { username: "emulator", handle: "em", email: "emulator@example.com" };
    expect((await create(emulator)).body).toMatchObject({ owner_name: names[ownerName] });
    for (const name of Object.values(names))
      expect((await call(emulator, "GET", `/datasets/${name}/cats/`)).status).toBe(200);
  }
});

test("a key with scopes may not be told whose it is", async () => {
  const emulator = await speaking({ usersMe: "forbidden" });
  emulator.addKey({ key: "avk_scoped", scopes: ["datasets.read"] });
  const statuses = [];
  for (const key of ["avk_scoped", emulator.apiKey])
    statuses.push((await call(emulator, "GET", "/users/me/", { key })).status);
  expect(statuses).toEqual([403, 200]);
});

test("scopes may be many: polling, storage, webhooks and quality have their own", async () => {
  const emulator = await speaking({ scopes: "many" });
  const project = emulator.addProject("streets");
  emulator.addKey({
    key: "avk_few",
    scopes: ["datasets.read", "datasets.write", "exports.create", "projects.read"],
  });
  const paths = ["/exports/", "/storage-configs/", "/webhooks/", "/organizations/", "/tasks/"];
  for (const path of [...paths, `/projects/${project.uid}/quality-targets/`])
    expect((await call(emulator, "GET", path, { key: "avk_few" })).status).toBe(403);
  const body = { project: project.uid };
  const made = await call(emulator, "POST", "/exports/", { key: "avk_few", body });
  expect(made.status).toBe(201);
});

test.each([
  ["few", 200],
  ["many", 403],
] as const)("projects.read may list tasks too: scopes %s", async (scopes, status) => {
  const emulator = await speaking({ scopes });
  emulator.addKey({ key: "avk_few", scopes: ["projects.read"] });
  expect((await call(emulator, "GET", "/tasks/", { key: "avk_few" })).status).toBe(status);
});

test("a key may be asked what it may do", async () => {
  const emulator = await speaking({ permissions: "present" });
  emulator.addKey({ key: "avk_few", scopes: ["exports.create"] });
  const few = await call(emulator, "GET", "/users/me/permissions/", { key: "avk_few" });
  expect(few.body).toEqual({
    type: "customer",
    is_staff_privileged: false,
    scopes: ["exports.create"],
    capabilities: ["qc_review"],
    toolsets: ["docs", "exports", "public"],
  });
  const older = await speaking({ permissions: "absent" });
  expect((await call(older, "GET", "/users/me/permissions/")).status).toBe(404);
});

test("projects may be under /users/me/ only", async () => {
  const emulator = await speaking({ projectPaths: "mine" });
  const { uid } = emulator.addProject("streets");
  const statuses: number[] = [];
  for (const path of ["/users/me/projects/", `/users/me/projects/${uid}/`, "/projects/"])
    statuses.push((await call(emulator, "GET", path)).status);
  statuses.push((await call(emulator, "GET", `/projects/${uid}/`)).status);
  expect(statuses).toEqual([200, 200, 403, 404]);
  const owned = await call(emulator, "GET", "/projects/emulator/");
  expect(owned.body.results).toMatchObject([{ uid, owner_name: "emulator-handle" }]);
});

test("storage configs may be an organization's, which a member of several has to name", async () => {
  const emulator = await speaking({ storageConfigs: "organization" });
  emulator.addKey({ key: emulator.apiKey, organizations: ["acme"] });
  const body = {
    name: "bucket",
    provider: "aws_s3",
    ...{ s3_bucket_name: "b", s3_bucket_region: "r" },
    ...{ s3_auth_method: "iam_role", s3_role_arn: "arn:aws:iam::1:role/x" },
    ...{ included_extensions: "jpg,png", ignored_paths: "tmp/" },
  };
  const unnamed = await call(emulator, "POST", "/storage-configs/", { body });
  expect(unnamed).toMatchObject({ status: 400, body: { organization: [expect.any(String)] } });
  const made = await call(emulator, "POST", "/storage-configs/?organization=acme", { body });
  expect(made).toMatchObject({ status: 201, body: { included_extensions: "jpg,png" } });
  expect(made.text).not.toContain("arn:aws");
  const at = `/storage-configs/${made.body.uid}/`;
  expect((await call(emulator, "GET", `${at}?organization=acme`)).status).toBe(200);
  expect((await call(emulator, "GET", `${at}?organization=emulator-org`)).status).toBe(404);
  expect((await call(emulator, "GET", `${at}?organization=others`)).status).toBe(403);
  const listed = await call(emulator, "GET", "/storage-configs/?organization=acme");
  expect(listed.body.results).toHaveLength(1);
  const setup = await call(emulator, "GET", "/storage-configs/setup-info/");
  expect(setup.status).toBe(400);
  emulator.failStorageTest({ s3_bucket_name: ["no such bucket"] });
  for (const [method, path] of [
    ["POST", `${at}test/`],
    ["DELETE", at],
  ] as const) {
    expect((await call(emulator, method, path)).status).toBe(400);
    expect((await call(emulator, method, `${path}?organization=emulator-org`)).status).toBe(404);
  }
  const failed = await call(emulator, "POST", `${at}test/?organization=acme`);
  expect(failed.body).toEqual({ verified: false, errors: { s3_bucket_name: ["no such bucket"] } });
  const tried = await call(emulator, "POST", `${at}test/?organization=acme`);
  expect(tried.body).toEqual({ verified: true });
  expect((await call(emulator, "DELETE", `${at}?organization=acme`)).status).toBe(204);
});

test.each([
  ["managed", { method: "PUT" }],
  ["form", { method: "POST" }],
  ["refused", { upload_protocol_version: [expect.any(String)] }],
  ["ignored", { method: "POST" }],
] as const)("the second upload protocol is %s", async (uploadReply, body) => {
  const emulator = await speaking({ uploadReply });
  const more = { upload_protocol_version: 2, dataset_upload_uid: BATCH };
  expect(await presign(emulator, "a.jpg", 1, more)).toMatchObject(body);
  // The first one works anywhere.
  expect(await presign(emulator, "a.jpg", 1)).toMatchObject({ method: "POST" });
});

describe("batches that are kept apart", () => {
  const more = { upload_protocol_version: 2, dataset_upload_uid: BATCH };

  test("are confirmed by name, and files without one without", async () => {
    const emulator = await speaking({ batches: "apart", uploadReply: "form" });
    await upload(emulator, "a.jpg", "x", more);
    await upload(emulator, "b.jpg", "x");
    await upload(emulator, "a.jpg", "x", { ...more, dataset_name: "dogs" });
    await upload(emulator, "b.jpg", "x", { dataset_name: "dogs" });
    const cats = await confirm(emulator, { dataset_upload_uid: BATCH });
    const dogs = await confirm(emulator, { name: "dogs", slug: "dogs" });
    const keys = (uid: string) => emulator.items(uid).map(({ key }) => key);
    expect([keys(cats.body.uid), keys(dogs.body.uid)]).toEqual([["a.jpg"], ["b.jpg"]]);
  });

  test.each([
    ["apart", ["a.jpg", "b.jpg"]],
    ["last", ["b.jpg"]],
    ["together", ["a.jpg", "b.jpg"]],
  ] as const)(
    "keep a file that is presigned in another one, as the dialect has it: %s",
    async (batches, keys) => {
      const emulator = await speaking({ batches, uploadReply: "form" });
      await upload(emulator, "a.jpg", "x", more);
      await upload(emulator, "b.jpg", "x", more);
      const another = "00000000-0000-4000-8000-000000000002";
      await presign(emulator, "a.jpg", 1, { ...more, dataset_upload_uid: another });
      const { body } = await confirm(emulator, { dataset_upload_uid: BATCH });
      const found = emulator.items(body.uid).map(({ key }) => key);
      expect(found.sort()).toEqual(keys);
    },
  );

  test("count for nothing where the fields are ignored", async () => {
    const emulator = await speaking({ batches: "apart", uploadReply: "ignored" });
    await upload(emulator, "a.jpg", "x", more);
    const { body } = await confirm(emulator, { dataset_upload_uid: BATCH });
    expect(emulator.items(body.uid)).toHaveLength(1);
  });
});

test.each([
  ["many", 200],
  ["one", 400],
  ["one422", 422],
] as const)("%s part numbers in one call: %i", async (parts, status) => {
  const emulator = await startSpeaking(
    { parts, uploadReply: "managed" },
    { multipartFromBytes: 1 },
  );
  const size = 40 * 2 ** 20;
  const body = { ...{ dataset_name: "cats", file_path_in_dataset: "a.jpg" }, content_length: size };
  const second = { upload_protocol_version: 2, dataset_upload_uid: BATCH };
  const opened = await call(emulator, "POST", PRESIGN, { body: { ...body, ...second } });
  const at = `/datasets/manual-upload/uploads/${opened.body.upload_uid}/parts/`;
  const sign = (numbers: readonly number[]) =>
    call(emulator, "POST", at, { body: { part_numbers: numbers } });
  expect([(await sign([1])).status, (await sign([1, 2])).status]).toEqual([200, status]);
});

test("an uploaded dataset may have to be private", async () => {
  const emulator = await speaking({ uploadVisibility: "private" });
  await upload(emulator, "a.jpg", "x");
  const refused = await confirm(emulator, { visibility: "public" });
  expect(refused).toMatchObject({ status: 400, body: { visibility: [expect.any(String)] } });
  expect((await confirm(emulator, { visibility: "private" })).status).toBe(201);
});

test.each([
  ["absent", 405],
  ["forbidden", 403],
  ["notFound", 404],
] as const)("a dataset may be neither changed nor deleted: %s", async (datasetChanges, status) => {
  const emulator = await speaking({ datasetChanges });
  await create(emulator);
  for (const method of ["PATCH", "DELETE"])
    expect((await call(emulator, method, "/datasets/emulator/cats/")).status).toBe(status);
  expect(emulator.datasets()).toHaveLength(1);
});

test.each([
  ["path", "day 1/a.jpg"],
  ["baseName", "a.jpg"],
  ["null", null],
] as const)("the key of an item is its %s", async (itemKeys, key) => {
  const emulator = await speaking({ itemKeys });
  await upload(emulator, "day 1/a.jpg", "x");
  await confirm(emulator);
  const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
  expect(items.body.results.map((item) => item.key as string | null)).toEqual([key]);
});

test.each([
  ["original", "x", true],
  ["rendition", expect.stringContaining("WEBP"), true],
  ["otherHost", "x", false],
  ["unnamed", "x", true],
] as const)("the URL of an item leads to its %s", async (itemUrls, content, isSameHost) => {
  const emulator = await speaking({ itemUrls });
  await upload(emulator, "a.jpg", "x");
  await confirm(emulator);
  const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
  const [url = ""] = items.body.results.map((item) => item.url);
  expect(new URL(url).host === new URL(emulator.storageUrl).host).toBe(isSameHost);
  expect(new URL(url).pathname.endsWith("/a.jpg")).toBe(itemUrls !== "unnamed");
  const whole = await fetch(url);
  const text = await whole.text();
  expect(text).toEqual(content);
  const range = await fetch(url, { headers: { Range: "bytes=0-0" } });
  expect([range.status, await range.text()]).toEqual([206, text.slice(0, 1)]);
  expect(range.headers.get("content-range")).toBe(`bytes 0-0/${String(text.length)}`);
  expect(range.headers.get("etag")).toBe(whole.headers.get("etag"));
});

test("the two URLs of an item may lead to a rendition and to the file", async () => {
  const emulator = await speaking({ itemUrls: "apart" });
  await upload(emulator, "a.jpg", "x");
  await confirm(emulator);
  const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
  const [item] = items.body.results;
  const textAt = async (name: "url" | "data_url"): Promise<string> =>
    (await fetch(String(item?.[name]))).text();
  expect(await textAt("url")).toContain("WEBP");
  expect(await textAt("data_url")).toBe("x");
});

test("the URL of an item leads to a rendition where browsers don't show the file", async () => {
  const emulator = await speaking({ itemUrls: "viewable" });
  for (const path of ["a.jpg", "b.TIF"]) await upload(emulator, path, "x");
  await confirm(emulator);
  const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
  const shown = await Promise.all(
    items.body.results.map(async ({ key, url }) => {
      const reply = await fetch(url);
      return [key, reply.headers.get("content-type"), (await reply.text()) === "x"];
    }),
  );
  expect(shown.sort()).toEqual([
    ["a.jpg", "image/jpeg", true],
    ["b.TIF", "image/webp", false],
  ]);
});

test("the URL of an item leads to a smaller one of the same type where an image is large", async () => {
  const emulator = await speaking({ itemUrls: "scaled" });
  const contents = { "a.jpg": "x".repeat(1024), "b.jpg": "x".repeat(1025) };
  for (const [path, content] of Object.entries(contents)) await upload(emulator, path, content);
  await confirm(emulator);
  const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
  const shown = await Promise.all(
    items.body.results.map(async ({ key, url }) => {
      const { headers } = await fetch(url, { headers: { Range: "bytes=0-0" } });
      return [key, ...["content-type", "content-range", "etag"].map((name) => headers.get(name))];
    }),
  );
  expect(shown.sort()).toEqual([
    ["a.jpg", "image/jpeg", "bytes 0-0/1024", expect.stringMatching(/^"[0-9a-f]{32}"$/)],
    ["b.jpg", "image/jpeg", "bytes 0-0/512", expect.stringMatching(/^W\/"[0-9a-f]{8}-scaled"$/)],
  ]);
});

test.each([
  ["cut", 200, 100],
  ["taken", 200, 101],
  ["refused", 400, undefined],
] as const)("a page of more than 100 entries may be %s: %i", async (largePages, status, count) => {
  const emulator = await speaking({ largePages });
  for (let index = 0; index < 101; index += 1)
    await create(emulator, { name: `cats ${index}`, slug: `cats-${index}` });
  const page = await call(emulator, "GET", "/datasets/?limit=1000");
  expect(page.status).toBe(status);
  expect((page.body as { readonly results?: readonly unknown[] }).results?.length).toBe(count);
});

test("a dataset may come without the counts of people's work", async () => {
  const emulator = await speaking({ workCounts: "absent" });
  const { body } = await create(emulator);
  expect(body).toMatchObject({ item_count: 0 });
  expect(body).not.toHaveProperty("annotations_count");
  expect(body).not.toHaveProperty("project_count");
});

test("lidar and video datasets may count sequences, and their health frames", async () => {
  const emulator = await speaking({ sequences: "always" });
  for (const path of ["drive 1/a.alp", "drive 1/b.alp", "drive 2/a.alp"])
    await upload(emulator, path, "x");
  const lidar = await confirm(emulator, { data_type: "lidar" });
  expect(lidar.body).toMatchObject({ is_sequence: true });
  const read = await call(emulator, "GET", "/datasets/emulator/cats/");
  expect(read.body).toMatchObject({ item_count: 2 });
  const health = await call(emulator, "GET", "/datasets/emulator/cats/health/");
  expect(health.body).toMatchObject({ item_count: 3, sequence_count: 2, total_frames: 3 });
  const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
  expect(items.body.results.map(({ key }) => key)).toContain("frame-0.json");
  const sequences = await call(emulator, "GET", "/datasets/emulator/cats/sequences/");
  const one = sequences.body.results[0]!;
  expect(one).toMatchObject({ key: "drive 1", number_of_frames: 2 });
  const at = `/datasets/emulator/cats/sequences/${one.uid}/`;
  expect((await call(emulator, "GET", at)).body).toEqual(one);
});

describe("an export", () => {
  const LISTS = { name: "e", format: "avala-json-external", projects: [], slices: [] };

  async function exported(dialect: Partial<Dialect>, more: object = {}) {
    const emulator = await speaking(dialect);
    await upload(emulator, "a.jpg", "x");
    const { body } = await confirm(emulator);
    const asked = { ...LISTS, datasets: [body.uid], ...more };
    return { emulator, answer: await call(emulator, "POST", "/exports/", { body: asked }) };
  }

  test("may refuse fields beside its lists, and take them alone", async () => {
    const { answer, emulator } = await exported({ exportFields: "refused" }, { dataset: "x" });
    expect(answer).toMatchObject({ status: 400, body: { dataset: [expect.any(String)] } });
    const body = { dataset: emulator.datasets()[0]!.uid };
    expect((await call(emulator, "POST", "/exports/", { body })).status).toBe(201);
  });

  test("may say neither its sources nor why it failed", async () => {
    const { answer, emulator } = await exported({ exportSources: "empty", exportReason: "none" });
    expect(answer.body).toMatchObject({ datasets: [], projects: [], slices: [] });
    emulator.failExports("no disk");
    const body = { dataset: emulator.datasets()[0]!.uid };
    const failed = await call(emulator, "POST", "/exports/", { body });
    expect(failed.body.status).toBe("failed");
    expect(failed.text).not.toMatch(/no disk|error|updated_at/);
  });

  test.each(["exported", "completed", "shouted"] as const)("may be done as %s", async (word) => {
    const { answer } = await exported({ exportStatus: word });
    expect(answer.body.status).toBe(word === "shouted" ? "EXPORTED" : word);
  });

  test.each([
    ["present", { total_task_count: 1, exported_task_count: 1 }],
    ["null", { total_task_count: null, exported_task_count: null }],
    ["absent", {}],
  ] as const)("may have counts that are %s", async (exportCounts, counts) => {
    const { text } = (await exported({ exportCounts })).answer;
    const entries = Object.entries(JSON.parse(text) as object);
    expect(Object.fromEntries(entries.filter(([name]) => name.endsWith("_count")))).toEqual(counts);
  });

  test("may be on the API's own origin, for the key", async () => {
    const { answer, emulator } = await exported({ exportHost: "api", exportKind: "json" });
    const url = answer.body.download_url;
    expect(url).toBe(`${emulator.baseUrl}/exports/${answer.body.uid}/download`);
    expect((await fetch(url)).status).toBe(401);
    const file = await call(emulator, "GET", url);
    expect(file.headers.get("content-type")).toBe("application/json");
    expect(file.body).toMatchObject({ datasets: [{ items: [{ key: "a.jpg" }] }] });
    const elsewhere = await exported({ exportHost: "storage" });
    const own = `/exports/${elsewhere.answer.body.uid}/download`;
    expect((await call(elsewhere.emulator, "GET", own)).status).toBe(404);
  });

  test("may be a JSON document or an archive", async () => {
    const kinds: string[] = [];
    for (const exportKind of ["json", "zip"] as const) {
      const { answer } = await exported({ exportKind });
      kinds.push((await (await fetch(answer.body.download_url)).text()).slice(0, 2));
    }
    expect(kinds).toEqual(["{\n", "PK"]);
  });
});

test.each(ALL_DIALECTS)(
  "uploads, confirms and exports by the first protocol: $name",
  async (one) => {
    const emulator = await startSpeaking(one.dialect);
    expect((await upload(emulator, "a.jpg", "x")).status).toBe(204);
    const made = await confirm(emulator, { visibility: "private" });
    expect(made.status).toBe(201);
    expect(emulator.items(made.body.uid)).toHaveLength(1);
    const body = { dataset: made.body.uid };
    const asked = await call(emulator, "POST", "/exports/", { body });
    const got = await call(emulator, "GET", `/exports/${asked.body.uid}/`);
    expect(
      (await call(emulator, "GET", got.body.download_url, { key: emulator.apiKey })).status,
    ).toBe(200);
  },
);

test("by default a form answers every presign, as it does without an organization that opted in", async () => {
  const emulator = await speaking({});
  const more = { upload_protocol_version: 2, dataset_upload_uid: BATCH };
  const form = await presign(emulator, "a.jpg", 1, more);
  expect(form).toMatchObject({ method: "POST" });
  expect((await sendForm(form, "x")).status).toBe(204);
});
