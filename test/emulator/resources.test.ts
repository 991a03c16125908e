import { call, start, stopAll } from "../support/emulator";

afterEach(stopAll);

test("the caller is told who they are", async () => {
  const emulator = await start();
  expect((await call(emulator, "GET", "/users/me/")).body).toMatchObject({
    uid: emulator.user()?.uid,
    username: "emulator",
    email: "emulator@example.com",
  });
});

test("projects may be listed in two places, for their user and for all", async () => {
  const emulator = await start({ projects: ["streets"], dialect: { projectPaths: "both" } });
  for (const root of ["/projects/", "/users/me/projects/"]) {
    const { body } = await call(emulator, "GET", root);
    expect(body.results).toMatchObject([{ name: "streets" }]);
    expect((await call(emulator, "GET", `${root}${body.results[0]!.uid}/`)).body).toMatchObject({
      name: "streets",
    });
  }
});

test("slices and organizations have numbered pages", async () => {
  const emulator = await start();
  const sub_slices = [{ type: "dataset", dataset_uid: "d" }];
  for (const name of ["One", "Two two", "Three"]) {
    const made = await call(emulator, "POST", "/slices/", {
      body: { name, visibility: "private", sub_slices },
    });
    expect(made.status).toBe(201);
  }
  const first = await call(emulator, "GET", "/slices/emulator/list/?limit=2");
  expect(first.body).toMatchObject({ count: 3, previous: null });
  expect((await call(emulator, "GET", first.body.next!)).body.results).toMatchObject([
    { name: "Three" },
  ]);
  expect((await call(emulator, "GET", "/slices/emulator/list/?page=9")).body).toEqual({
    detail: "Invalid page.",
  });
  expect((await call(emulator, "GET", "/slices/emulator/two-two/")).body).toMatchObject({
    sub_slices,
  });
  expect((await call(emulator, "GET", "/organizations/")).body).toMatchObject({ count: 1 });
  expect((await call(emulator, "GET", "/organizations/emulator-org/")).body).toMatchObject({
    slug: "emulator-org",
  });
});

test("a webhook shows its secret when it is made and never again", async () => {
  const emulator = await start();
  const body = {
    target_url: "https://example.com/hook",
    events: ["export.completed"],
    secret: "shhh",
  };
  const made = await call(emulator, "POST", "/webhooks/", { body });
  expect(made).toMatchObject({ status: 201, body: { secret: "shhh", is_active: true } });
  const at = `/webhooks/${made.body.uid}/`;
  const changed = await call(emulator, "PATCH", at, { body: { is_active: false } });
  expect(changed.body).toMatchObject({ is_active: false, events: ["export.completed"] });
  const read = await call(emulator, "GET", at);
  const listed = await call(emulator, "GET", "/webhooks/");
  expect(`${changed.text}${read.text}${listed.text}`).not.toContain("shhh");
  expect((await call(emulator, "POST", `${at}test/`)).status).toBe(200);
  expect((await call(emulator, "DELETE", at)).status).toBe(204);
  expect((await call(emulator, "GET", at)).status).toBe(404);
});

test("a storage config never shows its credentials", async () => {
  const emulator = await start();
  const body = {
    name: "bucket",
    provider: "aws_s3",
    s3_bucket_name: "b",
    s3_bucket_region: "r",
    s3_access_key_id: "hidden",
    s3_secret_access_key: "hidden",
  };
  const made = await call(emulator, "POST", "/storage-configs/", { body });
  expect(made).toMatchObject({ status: 201, body: { s3_bucket_name: "b", is_verified: false } });
  const at = `/storage-configs/${made.body.uid}/`;
  expect((await call(emulator, "POST", `${at}test/`)).status).toBe(200);
  const read = await call(emulator, "GET", at);
  expect(read.body).toMatchObject({ is_verified: true });
  const listed = await call(emulator, "GET", "/storage-configs/");
  expect(`${made.text}${read.text}${listed.text}`).not.toContain("hidden");
  expect((await call(emulator, "GET", "/storage-configs/setup-info/")).body).toMatchObject({
    external_id: expect.any(String) as string,
  });
  expect((await call(emulator, "DELETE", at)).status).toBe(204);
});
