import {
  call,
  confirm,
  dial,
  presign,
  sendForm,
  start,
  stopAll,
  upload,
} from "../support/emulator";

afterEach(stopAll);

describe("the rate limit", () => {
  test("counts down in the headers, refuses with the seconds to wait, and is whole again at its reset", async () => {
    const clock = dial();
    const emulator = await start({ clock, requestsPerMinute: 3 });
    const remaining: (string | null)[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { headers } = await call(emulator, "GET", "/users/me/");
      remaining.push(headers.get("x-ratelimit-remaining"));
    }
    expect(remaining).toEqual(["2", "1", "0"]);

    clock.turn(10_500);
    const refused = await call(emulator, "GET", "/users/me/");
    const detail = "Request was throttled. Expected available in 50 seconds.";
    expect(refused).toMatchObject({ status: 429, body: { detail } });
    expect(refused.headers.get("retry-after")).toBe("50");
    const reset = Number(refused.headers.get("x-ratelimit-reset"));
    expect(reset * 1000).toBe(clock.now() + 49_500);

    clock.turn(49_500);
    const again = await call(emulator, "GET", "/users/me/");
    expect(again.status).toBe(200);
    expect(again.headers.get("x-ratelimit-limit")).toBe("3");
    expect(again.headers.get("x-ratelimit-remaining")).toBe("2");
  });

  test("also counts the second", async () => {
    const clock = dial();
    const emulator = await start({ clock, requestsPerMinute: 100, burstPerSecond: 2 });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1)
      statuses.push((await call(emulator, "GET", "/users/me/")).status);
    expect(statuses).toEqual([200, 200, 429]);
    clock.turn(1000);
    const next = await call(emulator, "GET", "/users/me/");
    expect(next.status).toBe(200);
    expect(next.headers.get("x-ratelimit-remaining")).toBe("97");
  });

  test("is each user's own, whatever their keys", async () => {
    const emulator = await start({ requestsPerMinute: 2 });
    emulator.addKey({ key: "avk_same" });
    emulator.addKey({ key: "avk_other", username: "other" });
    const statuses: number[] = [];
    for (const key of [undefined, "avk_same", "avk_other", "avk_same", undefined])
      statuses.push((await call(emulator, "GET", "/users/me/", key ? { key } : {})).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test("is thirty a minute for all who have no key that counts", async () => {
    const clock = dial();
    const emulator = await start({ clock, requestsPerMinute: 100, burstPerSecond: 0 });
    const statuses: number[] = [];
    for (let n = 0; n < 31; n += 1)
      statuses.push((await call(emulator, "GET", "/users/me/", { key: `avk_none_${n}` })).status);
    expect(statuses).toEqual([...Array<number>(30).fill(401), 429]);
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(200);
    clock.turn(60_000);
    expect((await call(emulator, "GET", "/users/me/", { key: "avk_none" })).status).toBe(401);
  });

  test("lets no more than five exports run at once", async () => {
    const clock = dial();
    const emulator = await start({ clock, exportMs: 4000 });
    const { uid } = emulator.addProject("streets");
    const statuses: number[] = [];
    const ask = async () =>
      (await call(emulator, "POST", "/exports/", { body: { project_id: uid } })).status;
    for (let n = 0; n < 6; n += 1) statuses.push(await ask());
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429]);
    clock.turn(4000);
    expect(await ask()).toBe(201);
  });
});

describe("the quota", () => {
  test("counts what is stored and what is presigned, until that has come or a day is over", async () => {
    const clock = dial();
    const emulator = await start({ clock, quotaBytes: 100, presignSeconds: 60 });
    const used = async () => (await call(emulator, "GET", "/datasets/manual-upload/quota/")).body;
    const form = await presign(emulator, "a.jpg", 60);
    expect(await used()).toEqual({ used: 60, limit: 100 });
    await presign(emulator, "a.jpg", 60);
    expect(await used()).toEqual({ used: 60, limit: 100 });

    const body = { dataset_name: "cats", file_path_in_dataset: "b.jpg", content_length: 50 };
    const refused = await call(emulator, "POST", "/datasets/manual-upload/file-upload-url/", {
      body,
    });
    expect(refused).toMatchObject({ status: 413, body: { limit: 100, used: 60 } });

    await sendForm(form, "x".repeat(60));
    await presign(emulator, "c.jpg", 30);
    expect(await used()).toEqual({ used: 90, limit: 100 });
    // Its URL has expired, and its place has not.
    clock.turn(60_000);
    expect(await used()).toEqual({ used: 90, limit: 100 });
    clock.turn(24 * 60 * 60_000);
    expect(await used()).toEqual({ used: 60, limit: 100 });
  });

  test("is that of the owner, who may be an organization", async () => {
    const emulator = await start();
    const { body } = await call(emulator, "GET", "/organizations/");
    const organization = body.results[0]!.uid;
    await upload(emulator, "a.jpg", "1234", { organization_uid: organization });
    const own = await call(emulator, "GET", "/datasets/manual-upload/quota/");
    const theirs = await call(
      emulator,
      "GET",
      `/datasets/manual-upload/quota/?organization_uid=${organization}`,
    );
    expect([own.body, theirs.body]).toMatchObject([{ used: 0 }, { used: 4 }]);
    const confirmed = await confirm(emulator, { organization_uid: organization });
    expect(confirmed.body).toMatchObject({ owner_name: "emulator-org", item_count: 1 });
  });
});
