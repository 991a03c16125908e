import { CATS, call, start, stopAll } from "../support/emulator";

afterEach(stopAll);

const PRESIGN = "/datasets/manual-upload/file-upload-url/";

describe("a path", () => {
  test("without its slash sends a read to the path with it, query and all", async () => {
    const answer = await call(await start(), "GET", "/datasets?limit=5");
    expect(answer.status).toBe(301);
    expect(answer.headers.get("location")).toBe("/api/v1/datasets/?limit=5");
  });

  test("without its slash sends a write there too, as Django does outside of its debug mode", async () => {
    const emulator = await start();
    const answer = await call(emulator, "POST", "/datasets", { body: CATS });
    expect([answer.status, answer.headers.get("location")]).toEqual([301, "/api/v1/datasets/"]);
    expect(emulator.datasets()).toEqual([]);
  });

  test("that no route has gets Django's page, which is not JSON", async () => {
    const answer = await call(await start(), "GET", "/nothing/here/");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toContain("text/html");
  });

  test.each([
    "/datasets/x/",
    "/datasets/emulator/x/",
    "/exports/x/",
    "/projects/x/",
    "/webhooks/x/",
    "/storage-configs/x/",
    "/slices/emulator/x/",
    "/organizations/x/",
    "/datasets/emulator/x/items/",
    "/datasets/emulator/x/health/",
  ])("of something that is not there gets the framework's 404: %s", async (path) => {
    const answer = await call(await start(), "GET", path);
    expect(answer).toMatchObject({ status: 404, body: { detail: "Not found." } });
  });

  test("refuses a method that it does not have, and says which it has", async () => {
    const answer = await call(await start(), "PUT", "/datasets/");
    expect(answer).toMatchObject({ status: 405, body: { detail: 'Method "PUT" not allowed.' } });
    expect(answer.headers.get("allow")).toBe("GET, POST, HEAD, OPTIONS");
  });
});

describe("a key", () => {
  test.each([
    [null, "Authentication credentials were not provided."],
    ["avk_wrong", "Invalid API key."],
  ])("that is %s is refused", async (key, detail) => {
    const answer = await call(await start(), "GET", "/users/me/", { key });
    expect(answer).toMatchObject({ status: 401, body: { detail } });
  });

  test("with a scope may do what it covers and nothing else", async () => {
    const emulator = await start();
    emulator.addKey({ key: "avk_writer", scopes: ["datasets.write"] });
    const body = { dataset_name: "cats", file_path_in_dataset: "a.jpg" };
    const write = await call(emulator, "POST", PRESIGN, { key: "avk_writer", body });
    const read = await call(emulator, "GET", "/datasets/", { key: "avk_writer" });
    const quota = await call(emulator, "GET", "/datasets/manual-upload/quota/", {
      key: "avk_writer",
    });
    const exports = await call(emulator, "GET", "/exports/", { key: "avk_writer" });
    expect([write.status, read.status, quota.status, exports.status]).toEqual([200, 403, 403, 403]);
    expect(read.body).toMatchObject({ detail: expect.stringContaining("datasets.read") as string });
  });
});

describe("every reply", () => {
  test("has a request id of its own, on the API and on the storage", async () => {
    const emulator = await start();
    const first = await call(emulator, "GET", "/users/me/");
    const second = await call(emulator, "GET", "/nothing/");
    const storage = await fetch(emulator.storageUrl);
    const ids = [
      first.headers.get("x-request-id"),
      second.headers.get("x-request-id"),
      storage.headers.get("x-amz-request-id"),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(null);
  });
});

describe("a body", () => {
  test("that is cut short is named as such", async () => {
    const answer = await call(await start(), "POST", "/datasets/", { body: '{"name": ' });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      detail: expect.stringMatching(/^JSON parse error - .*\(char \d+\)$/) as string,
    });
  });

  test("that is a list is no dictionary", async () => {
    const answer = await call(await start(), "POST", "/datasets/", { body: [] });
    const detail = "Invalid data. Expected a dictionary, but got list.";
    expect(answer).toMatchObject({ status: 400, body: { non_field_errors: [detail] } });
  });

  test("of another kind is not read", async () => {
    const headers = { "Content-Type": "text/plain" };
    const answer = await call(await start(), "POST", "/datasets/", { body: "x", headers });
    expect(answer).toMatchObject({
      status: 415,
      body: { detail: 'Unsupported media type "text/plain" in request.' },
    });
  });

  test("with many wrong fields gets all the errors at once", async () => {
    const body = {
      name: " ",
      slug: "no slug",
      data_type: "sound",
      metadata: 3,
      industry: "x",
      create_metadata: "perhaps",
    };
    const answer = await call(await start(), "POST", "/datasets/", { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({
      name: ["This field may not be blank."],
      slug: [expect.stringContaining('valid "slug"')],
      data_type: ['"sound" is not a valid choice.'],
      metadata: ['Expected a dictionary of items but got type "int".'],
      industry: ["A valid integer is required."],
      create_metadata: ["Must be a valid boolean."],
    });
  });

  test.each([
    [
      "/datasets/",
      {},
      {
        name: ["This field is required."],
        slug: ["This field is required."],
        data_type: ["This field is required."],
      },
    ],
    [
      PRESIGN,
      {},
      {
        dataset_name: ["This field is required."],
        file_path_in_dataset: ["This field is required."],
      },
    ],
    [
      PRESIGN,
      { dataset_name: "a/b", file_path_in_dataset: "../x", content_length: -1 },
      {
        dataset_name: [expect.any(String)],
        file_path_in_dataset: [expect.any(String)],
        content_length: ["Ensure this value is greater than or equal to 0."],
      },
    ],
    [
      PRESIGN,
      { dataset_name: null, file_path_in_dataset: ["x"] },
      {
        dataset_name: ["This field may not be null."],
        file_path_in_dataset: ["Not a valid string."],
      },
    ],
    [
      PRESIGN,
      { dataset_name: "x".repeat(256), file_path_in_dataset: "a" },
      { dataset_name: ["Ensure this field has no more than 255 characters."] },
    ],
    [
      "/exports/",
      {},
      {
        datasets: ["This field is required."],
        projects: ["This field is required."],
        slices: ["This field is required."],
      },
    ],
    [
      "/exports/",
      { datasets: "x" },
      {
        name: ["This field is required."],
        format: ["This field is required."],
        datasets: ['Expected a list of items but got type "str".'],
        projects: ["This field is required."],
        slices: ["This field is required."],
        non_field_errors: [expect.any(String)],
      },
    ],
    [
      "/exports/",
      { name: "x", format: "CSV", datasets: ["nope"], projects: [], slices: [] },
      {
        format: ['"CSV" is not a valid choice.'],
        datasets: ["Object with uid=nope does not exist."],
      },
    ],
    ["/exports/", { project_id: "nope" }, { project_id: ["Object with uid=nope does not exist."] }],
    [
      "/webhooks/",
      { target_url: "http://x", events: ["a"] },
      { target_url: [expect.any(String)], events: ['"a" is not a valid choice.'] },
    ],
    [
      "/storage-configs/",
      { provider: "aws_s3" },
      {
        name: ["This field is required."],
        s3_bucket_name: ["This field is required."],
        s3_bucket_region: ["This field is required."],
      },
    ],
  ])("to %s of %j is refused field by field", async (path, body, errors) => {
    const answer = await call(await start(), "POST", path, { body });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual(errors);
  });
});
