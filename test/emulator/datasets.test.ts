import { WITH_CHANGES } from "../support/dialects";
import { CATS, call, confirm, dial, start, stopAll, upload } from "../support/emulator";

afterEach(stopAll);

const AT = "/datasets/emulator/cats/";

describe("a dataset", () => {
  test("is made, found by uid, by owner and slug, and by e-mail address, and shows no secret", async () => {
    const emulator = await start();
    const config = {
      provider: "aws_s3",
      s3_bucket_name: "b",
      s3_bucket_region: "r",
      s3_secret_access_key: "hidden",
    };
    const made = await call(emulator, "POST", "/datasets/", {
      body: { ...CATS, provider_config: config },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      ...CATS,
      visibility: "private",
      item_count: 0,
      status: "created",
    });
    expect(made.text).not.toContain("hidden");
    for (const path of [
      `/datasets/${made.body.uid}/`,
      AT,
      "/datasets/emulator%40example.com/cats/",
    ]) {
      expect((await call(emulator, "GET", path)).body.uid).toBe(made.body.uid);
    }
  });

  test.each([
    [{ name: "cats", slug: "other" }, "name"],
    [{ name: "other", slug: "cats" }, "slug"],
  ])("is refused when its owner has one like it: %j", async (more, what) => {
    const emulator = await start({ dialect: { takenName: "conflict" } });
    await call(emulator, "POST", "/datasets/", { body: CATS });
    const again = await call(emulator, "POST", "/datasets/", { body: { ...CATS, ...more } });
    expect(again).toMatchObject({
      status: 409,
      body: { detail: `Dataset with this ${what} already exists.` },
    });
  });

  test("is refused when someone else has its name, whom no listing shows", async () => {
    const emulator = await start();
    emulator.takeName("cats");
    expect((await confirm(emulator)).status).toBe(400);
    expect((await call(emulator, "GET", AT)).status).toBe(404);
  });

  test("is changed, and its new slug is its new path", async () => {
    const emulator = await start(WITH_CHANGES);
    await call(emulator, "POST", "/datasets/", { body: CATS });
    const changed = await call(emulator, "PATCH", AT, {
      body: { slug: "dogs", visibility: "public", metadata: { a: 1 } },
    });
    expect(changed).toMatchObject({
      status: 200,
      body: { slug: "dogs", name: "cats", visibility: "public" },
    });
    expect((await call(emulator, "GET", AT)).status).toBe(404);
    expect(emulator.datasets()).toMatchObject([{ slug: "dogs", metadata: { a: 1 } }]);
  });

  test("goes when it is deleted, and its files stay and are indexed by the next of its name", async () => {
    const emulator = await start(WITH_CHANGES);
    await upload(emulator, "a.jpg", "a");
    await confirm(emulator);
    expect((await call(emulator, "DELETE", AT)).status).toBe(204);
    expect((await call(emulator, "GET", AT)).status).toBe(404);
    expect((await confirm(emulator)).body).toMatchObject({ item_count: 1 });
  });

  test("is given to an organization of the caller, and to nobody else", async () => {
    const emulator = await start();
    await call(emulator, "POST", "/datasets/", { body: CATS });
    const { body } = await call(emulator, "GET", "/organizations/");
    const give = (to: object) => call(emulator, "POST", `${AT}transfer/`, { body: to });
    expect((await give({})).status).toBe(400);
    expect((await give({ owner_username: "someone" })).status).toBe(403);
    expect((await give({ organization_uid: "11111111-2222-4333-8444-555555555555" })).status).toBe(
      403,
    );
    const given = await give({ organization_uid: body.results[0]!.uid });
    expect(given).toMatchObject({ status: 200, body: { owner_name: "emulator-org" } });
    expect((await call(emulator, "GET", "/datasets/emulator-org/cats/")).status).toBe(200);
  });

  test("that is private is not there for others; one that is public can be read and not changed", async () => {
    const emulator = await start(WITH_CHANGES);
    emulator.addKey({ key: "avk_other", username: "other", organizations: [] });
    const asOther = { key: "avk_other" };
    await call(emulator, "POST", "/datasets/", { body: CATS });
    expect((await call(emulator, "GET", AT, asOther)).status).toBe(404);
    await call(emulator, "PATCH", AT, { body: { visibility: "public" } });
    expect((await call(emulator, "GET", AT, asOther)).status).toBe(200);
    expect((await call(emulator, "DELETE", AT, asOther)).status).toBe(403);
    expect((await call(emulator, "GET", "/datasets/", asOther)).body.results).toEqual([]);
    expect((await call(emulator, "POST", "/datasets/", { ...asOther, body: CATS })).status).toBe(
      201,
    );
  });
});

describe("lists", () => {
  async function withDatasets(count: number) {
    const clock = dial();
    const emulator = await start({ clock, ingestMs: 1000, ...WITH_CHANGES });
    for (let n = 0; n < count; n += 1) {
      const data_type = n % 2 === 0 ? "image" : "video";
      const visibility = n === 0 ? "public" : "private";
      await call(emulator, "POST", "/datasets/", {
        body: { name: `Set ${n}`, slug: `s${n}`, data_type, visibility },
      });
      clock.turn(100);
    }
    const names = (answer: { body: { results: readonly object[] } }) =>
      answer.body.results.map((row) => (row as { name: string }).name);
    return { emulator, clock, names };
  }

  test("give pages by absolute links, forwards and back, newest first", async () => {
    const { emulator, names } = await withDatasets(5);
    const first = await call(emulator, "GET", "/datasets/?limit=2&name=set");
    expect(first.body.previous).toBeNull();
    expect(first.body.next).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/datasets\/\?limit=2&name=set&cursor=/,
    );
    const second = await call(emulator, "GET", first.body.next!);
    const third = await call(emulator, "GET", second.body.next!);
    expect([first, second, third].map(names)).toEqual([
      ["Set 4", "Set 3"],
      ["Set 2", "Set 1"],
      ["Set 0"],
    ]);
    expect(third.body.next).toBeNull();
    const back = await call(emulator, "GET", third.body.previous!);
    expect(names(back)).toEqual(["Set 2", "Set 1"]);
    expect(names(await call(emulator, "GET", back.body.previous!))).toEqual(["Set 4", "Set 3"]);
  });

  test("keep their place when rows come and go between pages", async () => {
    const { emulator, names } = await withDatasets(4);
    const first = await call(emulator, "GET", "/datasets/?limit=2");
    await call(emulator, "POST", "/datasets/", { body: { ...CATS } });
    await call(emulator, "DELETE", "/datasets/emulator/s2/");
    expect(names(await call(emulator, "GET", first.body.next!))).toEqual(["Set 1", "Set 0"]);
  });

  test.each([
    ["name=SET%201", ["Set 1"]],
    ["data_type=video", ["Set 1"]],
    ["visibility=public", ["Set 0"]],
    ["status=created", ["Set 0"]],
    ["status=creating", ["Set 2", "Set 1"]],
    ["name=nothing", []],
  ])("are narrowed by %s", async (query, expected) => {
    const { emulator, clock, names } = await withDatasets(3);
    clock.turn(750);
    expect(names(await call(emulator, "GET", `/datasets/?${query}`))).toEqual(expected);
  });

  test("refuse a cursor that none of them made", async () => {
    const answer = await call(await start(), "GET", "/datasets/?cursor=%21%21");
    expect(answer).toMatchObject({ status: 404, body: { detail: "Invalid cursor" } });
  });

  test("hold a hundred items at most", async () => {
    const emulator = await start();
    for (let n = 0; n < 105; n += 1) await emulator.leaveFile(`cats/${n}.jpg`, "x");
    await confirm(emulator);
    const { body } = await call(emulator, "GET", `${AT}items/?limit=1000`);
    expect(body.results).toHaveLength(100);
    expect((await call(emulator, "GET", body.next!)).body.results).toHaveLength(5);
  });
});
