import { strFromU8, unzipSync } from "fflate";
import type { Emulator } from "../../emulator/index";
import { call, confirm, dial, start, stopAll } from "../support/emulator";

afterEach(stopAll);

async function withItems(options = {}): Promise<{ emulator: Emulator; dataset: string }> {
  const emulator = await start(options);
  for (const name of ["a.jpg", "b.jpg", "c.jpg"]) await emulator.leaveFile(`cats/${name}`, name);
  return { emulator, dataset: (await confirm(emulator)).body.uid };
}

const lists = (sources: object) => ({
  name: "x",
  format: "avala-json-external",
  datasets: [],
  projects: [],
  slices: [],
  ...sources,
});
const create = (emulator: Emulator, body: object) => call(emulator, "POST", "/exports/", { body });

describe("an export", () => {
  test("takes each documented form, and ends with the word that its form waits for", async () => {
    const { emulator, dataset } = await withItems();
    const project = emulator.addProject("streets").uid;
    const slice = emulator.addSlice("Best of", [dataset]).uid;
    const forms: [object, string][] = [
      [{ project_id: project }, "completed"],
      [{ project }, "exported"],
      [{ dataset }, "exported"],
      [lists({ datasets: [dataset] }), "completed"],
      [lists({ projects: [project], project_id: project }), "completed"],
      [lists({ slices: [slice] }), "completed"],
    ];
    for (const [body, status] of forms) {
      expect(await create(emulator, body)).toMatchObject({
        status: 201,
        body: { status, total_task_count: 3 },
      });
    }
    const { body } = await call(emulator, "GET", "/exports/?limit=2");
    expect(body.results).toMatchObject([{ slices: [slice] }, { projects: [project] }]);
  });

  test("ends as exported, whatever its form, where the dialect says so", async () => {
    const { emulator, dataset } = await withItems({ dialect: { exportStatus: "exported" } });
    expect((await create(emulator, lists({ datasets: [dataset] }))).body.status).toBe("exported");
  });

  test("fails with the reason, once or always", async () => {
    const dialect = { exportReason: "error" };
    const { emulator, dataset } = await withItems({ dialect });
    emulator.failExports("the disk is full");
    const failed = await create(emulator, { dataset });
    expect(failed.body).toMatchObject({
      status: "failed",
      error: "the disk is full",
      download_url: null,
    });
    expect((await create(emulator, { dataset })).body.status).toBe("exported");
    await stopAll();
    const always = await withItems({ failExports: "no", dialect });
    for (let n = 0; n < 2; n += 1) {
      expect((await create(always.emulator, { dataset: always.dataset })).body).toMatchObject({
        error: "no",
      });
    }
  });

  test("of a project that is not done holds less than there is", async () => {
    const { emulator } = await withItems();
    const project = emulator.addProject("streets", { tasks: 40, exportable: 30 }).uid;
    const made = await create(emulator, { project_id: project });
    expect(made.body).toMatchObject({ total_task_count: 40, exported_task_count: 30 });
  });

  test("has a file that expires, and a fresh URL for it at each reading", async () => {
    const clock = dial();
    const { emulator, dataset } = await withItems({ clock, downloadSeconds: 60 });
    const made = await create(emulator, { dataset });
    clock.turn(61_000);
    expect((await fetch(made.body.download_url)).status).toBe(403);
    const fresh = await call(emulator, "GET", `/exports/${made.body.uid}/`);
    expect((await fetch(fresh.body.download_url)).status).toBe(200);
  });

  test.each([
    ["avala-json-external", "cats.json", '"label": "object"'],
    ["YOLO", "cats/labels/a.txt", "0 0.250000 0.750000 0.200000 0.100000\n0 0.400000"],
  ])("as %s unpacks to the annotations", async (format, name, text) => {
    const { emulator, dataset } = await withItems();
    emulator.addAnnotations(dataset, 4);
    const made = await create(emulator, lists({ datasets: [dataset], format }));
    const file = new Uint8Array(await (await fetch(made.body.download_url)).arrayBuffer());
    expect(strFromU8(unzipSync(file)[name]!)).toContain(text);
    expect((await call(emulator, "GET", `/datasets/${dataset}/`)).body).toMatchObject({
      annotations_count: 4,
    });
  });

  test("is its user's alone", async () => {
    const { emulator, dataset } = await withItems();
    emulator.addKey({ key: "avk_other", username: "other" });
    const { body } = await create(emulator, { dataset });
    expect(
      (await call(emulator, "GET", `/exports/${body.uid}/`, { key: "avk_other" })).status,
    ).toBe(404);
    expect((await call(emulator, "GET", "/exports/", { key: "avk_other" })).body.results).toEqual(
      [],
    );
  });
});
