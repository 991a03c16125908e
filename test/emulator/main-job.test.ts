import { createHash } from "node:crypto";
import { strFromU8, unzipSync } from "fflate";
import { CATS, call, confirm, dial, start, stopAll, upload } from "../support/emulator";

afterEach(stopAll);

describe("the main job", () => {
  test("uploads files, makes a dataset of them, exports it, and serves the export", async () => {
    const clock = dial();
    const emulator = await start({ clock, ingestMs: 1000, exportMs: 3000 });
    expect((await upload(emulator, "a/one.jpg", "one")).status).toBe(204);
    expect((await upload(emulator, "two.PNG", "")).status).toBe(204);
    expect((await upload(emulator, "notes.txt", "not indexed")).status).toBe(204);

    const confirmed = await confirm(emulator);
    expect(confirmed.status).toBe(201);
    expect(confirmed.body).toMatchObject({
      ...CATS,
      status: "creating",
      item_count: 0,
      owner_name: "emulator-handle",
    });
    clock.turn(1000);
    const { body: dataset } = await call(emulator, "GET", `/datasets/${confirmed.body.uid}/`);
    expect(dataset).toMatchObject({ status: "created", item_count: 2, size_bytes: 3 });

    const items = await call(emulator, "GET", "/datasets/emulator/cats/items/");
    expect(items.body.results.map((item: { key: string }) => item.key)).toEqual([
      "a/one.jpg",
      "two.PNG",
    ]);
    expect(await (await fetch(items.body.results[0]!.url)).text()).toBe("one");

    const body = {
      name: "release",
      format: "avala-json-external",
      datasets: [dataset.uid],
      projects: [],
      slices: [],
    };
    const started = await call(emulator, "POST", "/exports/", { body });
    expect(started.body).toMatchObject({
      status: "requested",
      exported_task_count: null,
      download_url: null,
    });
    clock.turn(1500);
    const halfway = await call(emulator, "GET", `/exports/${started.body.uid}/`);
    expect(halfway.body).toMatchObject({
      status: "processing",
      total_task_count: 2,
      exported_task_count: 1,
    });
    clock.turn(1500);
    const done = await call(emulator, "GET", `/exports/${started.body.uid}/`);
    expect(done.body).toMatchObject({ status: "completed", exported_task_count: 2 });
    const file = new Uint8Array(await (await fetch(done.body.download_url)).arrayBuffer());
    const unpacked: unknown = JSON.parse(strFromU8(unzipSync(file)["cats.json"]!));
    expect(unpacked).toMatchObject({
      dataset: { name: "cats" },
      items: [{ key: "a/one.jpg", annotations: [] }, { key: "two.PNG" }],
    });
  });

  test("shows a test what the store holds and what was asked", async () => {
    const emulator = await start();
    await upload(emulator, "one.jpg", "one");
    const [object] = await emulator.objects();
    expect(object).toMatchObject({
      size: 3,
      sha256: createHash("sha256").update("one").digest("hex"),
    });
    expect(object?.key).toBe(`__u__=/${emulator.user()?.uid}/cats/one.jpg`);
    expect(emulator.requests()).toMatchObject([
      {
        target: "api",
        method: "POST",
        route: "/datasets/manual-upload/file-upload-url/",
        status: 200,
        key: object?.key,
      },
      {
        target: "storage",
        method: "POST",
        route: "PostObject",
        status: 204,
        key: object?.key,
        bytesIn: 3,
      },
    ]);
  });
});
