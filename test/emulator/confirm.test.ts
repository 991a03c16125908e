import { call, confirm, start, stopAll, upload } from "../support/emulator";

afterEach(stopAll);

const AT = "/datasets/emulator/cats/";
type Keyed = { readonly key: string };
const keys = (rows: readonly Keyed[]): string[] => rows.map((row) => row.key);

describe("a confirm", () => {
  test("indexes all that lies under the name, also what an earlier run left, by its suffix", async () => {
    const emulator = await start();
    for (const path of ["old.JPG", "deep/er/b.tiff", "c.mp4", "d.txt"])
      await emulator.leaveFile(`cats/${path}`, "x");
    await emulator.leaveFile("cats2/z.jpg", "x");
    await upload(emulator, "new.webp", "x");
    const { body } = await confirm(emulator);
    expect(keys(emulator.items(body.uid))).toEqual(["deep/er/b.tiff", "new.webp", "old.JPG"]);
  });

  test.each([
    ["video", ["a.mp4", "b.episode"], ["a.mp5"]],
    ["lidar", ["a.alp", "b.alp.gz"], ["c.pcd", "d.gz"]],
    ["mcap", ["a.mcap"], ["b.bag"]],
    ["splat", ["a.compressed.ply", "b.spz"], ["c.obj"]],
  ])("knows the suffixes of %s", async (data_type, indexed, ignored) => {
    const emulator = await start();
    for (const path of [...indexed, ...ignored]) await emulator.leaveFile(`cats/${path}`, "x");
    const { body } = await confirm(emulator, { data_type });
    expect(keys(emulator.items(body.uid))).toEqual(indexed);
  });

  test("of nothing makes an empty dataset, whose health says so", async () => {
    const emulator = await start();
    expect((await confirm(emulator)).body).toMatchObject({ item_count: 0, status: "created" });
    const health = await call(emulator, "GET", `${AT}health/`);
    expect(health.body).toMatchObject({ ingest_ok: false, issues: ["The dataset has no items."] });
  });

  test("of a name that has a dataset is a conflict", async () => {
    const emulator = await start();
    await confirm(emulator);
    expect(await confirm(emulator)).toMatchObject({
      status: 400,
      body: { detail: "Dataset with the given name already exists." },
    });
    expect(emulator.datasets()).toHaveLength(1);
  });

  test("shows its items one by one and as sequences", async () => {
    const emulator = await start({ dialect: { sequences: "flagged" } });
    for (const path of ["s1/a.jpg", "s1/b.jpg", "s2/c.jpg"])
      await emulator.leaveFile(`cats/${path}`, "x");
    await confirm(emulator, { is_sequence: true });
    const { body } = await call(emulator, "GET", `${AT}items/?limit=1`);
    const one = await call(emulator, "GET", `${AT}items/${body.results[0]!.uid}/`);
    expect(one.body).toMatchObject({ key: "s1/a.jpg", dataset_slug: "cats", status: "created" });
    expect((await call(emulator, "GET", `${AT}items/none/`)).status).toBe(404);
    const sequences = await call(emulator, "GET", `${AT}sequences/`);
    expect(sequences.body.results).toMatchObject([
      { key: "s1", number_of_frames: 2 },
      { key: "s2", number_of_frames: 1 },
    ]);
    expect((await call(emulator, "GET", `${AT}health/`)).body).toMatchObject({
      ingest_ok: true,
      total_frames: 3,
    });
  });

  test("puts the files of two users who use one name in two datasets", async () => {
    const emulator = await start();
    emulator.addKey({ key: "avk_other", username: "other" });
    await upload(emulator, "mine.jpg", "x");
    await emulator.leaveFile("cats/theirs.jpg", "x", "other");
    const mine = await confirm(emulator);
    const body = { name: "cats", slug: "cats", data_type: "image" };
    const theirs = await call(emulator, "POST", "/datasets/manual-upload/", {
      key: "avk_other",
      body,
    });
    expect(keys(emulator.items(mine.body.uid))).toEqual(["mine.jpg"]);
    expect(keys(emulator.items(theirs.body.uid))).toEqual(["theirs.jpg"]);
  });
});

test("the allowed types are told", async () => {
  const answer = await call(await start(), "GET", "/datasets/manual-upload/allowed-mimes/");
  expect(answer.body).toMatchObject({
    mime_types: expect.arrayContaining(["image/jpeg"]) as string[],
    video_prefix: "video/",
  });
});
