// Exports in every form that the contract has, against the emulator.
import { download, sendForm } from "../../src/api/storage/storage";
import { confirmUpload } from "../../src/api/endpoints/uploads/manual-upload";
import {
  stateOf,
  createExport,
  getExport,
  listExports,
  type Export,
  type ExportInput,
} from "../../src/api/endpoints/exports";
import { presignForm } from "../support/presign-form";
import { reply, scripted } from "../support/scripted-transport";
import { emulated, type Running } from "../support/contract-targets";

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function open(options: Parameters<typeof emulated>[0] = {}) {
  running = await emulated(options);
  const { avala, emulator } = running;
  const small = Buffer.from("picture");
  const target = await presignForm(avala, { datasetName: "cats", path: "a.jpg", sizeBytes: 7 });
  await sendForm(avala, target, { path: "a.jpg", sizeBytes: 7, small });
  const dataset = await confirmUpload(avala, { name: "cats", slug: "cats", dataType: "image" });
  return { avala, emulator, dataset };
}

const input: ExportInput = {
  name: "release",
  format: "avala-json-external",
  datasets: [],
  projects: [],
  slices: [],
};

describe("an export", () => {
  test("of datasets ends as completed, with counts and a file", async () => {
    const { avala, dataset } = await open();
    const made = await createExport(avala, { ...input, datasets: [dataset.uid] });
    const done = await getExport(avala, made.uid);
    expect(done).toMatchObject({
      name: "release",
      format: "avala-json-external",
      state: "completed",
      datasets: [dataset.uid],
      projects: [],
      slices: [],
      totalTaskCount: 1,
      exportedTaskCount: 1,
    });
    expect((await download(avala, done.downloadUrl ?? "")).status).toBe(200);
  });

  test("of a server that says exported has completed", async () => {
    const { avala, dataset } = await open({ dialect: { exportStatus: "exported" } });
    const made = await createExport(avala, { ...input, datasets: [dataset.uid] });
    expect(await getExport(avala, made.uid)).toMatchObject({
      status: "exported",
      state: "completed",
    });
  });

  test("that failed says why, in the server's words", async () => {
    const failExports = "Task 7 has no labels.";
    const { avala, dataset } = await open({ failExports, dialect: { exportReason: "error" } });
    const made = await createExport(avala, { ...input, datasets: [dataset.uid] });
    expect(await getExport(avala, made.uid)).toMatchObject({
      state: "failed",
      error: "Task 7 has no labels.",
    });
  });

  test("of a project and of slices", async () => {
    const { avala, emulator, dataset } = await open();
    const project = emulator.addProject("labels");
    const slice = emulator.addSlice("night", [dataset.uid]);
    const ofProject = await createExport(avala, { ...input, projects: [project.uid] });
    expect(ofProject).toMatchObject({ projects: [project.uid] });
    const ofSlices = await createExport(avala, { ...input, slices: [slice.uid] });
    expect(ofSlices).toMatchObject({ slices: [slice.uid] });
  });

  test("that is still running says so", async () => {
    const { avala, dataset } = await open({ exportMs: 60_000 });
    const made = await createExport(avala, { ...input, datasets: [dataset.uid] });
    expect(made).toMatchObject({ status: "requested", state: "running" });
    expect(made.downloadUrl).toBeUndefined();
  });

  test("of an unknown format is refused with the field", async () => {
    const { avala, dataset } = await open();
    const refused = createExport(avala, { ...input, format: "no-such", datasets: [dataset.uid] });
    await expect(refused).rejects.toMatchObject({
      code: "validation",
      fields: { format: [expect.any(String)] },
    });
  });

  test.each([
    [
      "COCO",
      /^Use a format that the server has\. Avala's reference names avala-json-external and YOLO: https:\/\/avala\.ai\/docs\/api-reference\/exports\. For another one, convert the export\.$/,
    ],
    ["yolo", /^Case matters: write YOLO\.$/],
  ])("the refusal of the format %s says what to write", async (format, hint) => {
    const { avala, dataset } = await open();
    const refused = createExport(avala, { ...input, format, datasets: [dataset.uid] });
    await expect(refused).rejects.toMatchObject({ hint: expect.stringMatching(hint) as string });
  });

  test("a URL that has expired is told as one, and the export gives a fresh one", async () => {
    const { avala, dataset } = await open({ downloadSeconds: 5 });
    const made = await createExport(avala, { ...input, datasets: [dataset.uid] });
    const old = await getExport(avala, made.uid);
    await avala.clock.sleep(10_000);
    await expect(download(avala, old.downloadUrl ?? "")).rejects.toMatchObject({
      code: "storage_expired",
    });
    const fresh = await getExport(avala, made.uid);
    expect((await download(avala, fresh.downloadUrl ?? "")).status).toBe(200);
  });

  test("the newest are listed first", async () => {
    const { avala, dataset } = await open();
    for (const name of ["one", "two", "three"]) {
      await createExport(avala, { ...input, name, datasets: [dataset.uid] });
    }
    const names: (string | undefined)[] = [];
    for await (const { name } of listExports(avala, { limit: 2 })) names.push(name);
    expect(names).toEqual(["three", "two", "one"]);
  });
});

describe("the body of a creation", () => {
  test.each([
    [{ projects: ["p1"] }, { project_id: "p1", project: "p1" }],
    [{ projects: ["p1", "p2"] }, {}],
    [{ projects: ["p1"], datasets: ["d1"] }, {}],
    [{ datasets: ["d1"] }, { dataset: "d1" }],
    [{ datasets: ["d1"], slices: ["s1"] }, {}],
    [{ slices: ["s1"], filterQueryString: "a=b" }, { filter_query_string: "a=b" }],
  ])("of %j is the reference's form, with %j", async (sources, more) => {
    const { avala, body } = scripted([reply(201, { uid: "e", status: "requested" })]);
    await createExport(avala, { ...input, ...sources });
    const expected: Record<string, unknown> = { ...input, ...sources, ...more };
    delete expected["filterQueryString"];
    expect(body()).toEqual(expected);
  });
});

describe("fields beside the reference's form", () => {
  const made = reply(201, { uid: "e", status: "requested" });
  const about = (name: string): object => ({ [name]: ["Unknown field."] });

  const whole = { ...input, projects: ["p1"], project: "p1", project_id: "p1" };
  const withoutProject = { ...input, projects: ["p1"], project_id: "p1" };
  const withoutProjectId = { ...input, projects: ["p1"], project: "p1" };

  test.each([
    ["by field", 400, about("project_id"), withoutProjectId],
    ["by the SDKs' field", 400, about("project"), withoutProject],
    ["in the detail", 400, { detail: { project_id: ["Unknown field."] } }, withoutProjectId],
    ["in words", 400, { detail: "Unexpected field: project_id" }, withoutProjectId],
    [
      "in pydantic's list",
      422,
      { detail: [{ loc: ["body", "project_id"], msg: "extra fields not permitted" }] },
      withoutProjectId,
    ],
    ["both", 400, { ...about("project"), ...about("project_id") }, { ...input, projects: ["p1"] }],
    ["by no name", 400, { detail: "Unexpected field." }, { ...input, projects: ["p1"] }],
  ])("that are refused %s are left out the second time, and no others", async (...row) => {
    const [, status, refusal, second] = row;
    const { avala, body, requests } = scripted([reply(status, refusal), made]);
    await createExport(avala, { ...input, projects: ["p1"] });
    expect(requests).toHaveLength(2);
    expect(body(0)).toEqual(whole);
    expect(body(1)).toEqual(second);
  });

  test("are left out one after the other, and lists without entries where they may not be empty", async () => {
    const empty = ["This list may not be empty."];
    const { avala, body, requests } = scripted([
      reply(400, about("project_id")),
      reply(400, { datasets: empty, slices: empty }),
      reply(400, about("project")),
      made,
    ]);
    await createExport(avala, { ...input, projects: ["p1"] });
    expect(requests).toHaveLength(4);
    const { name, format } = input;
    expect(body(3)).toEqual({ name, format, projects: ["p1"] });
  });

  test("end the tries when nothing is left to leave out", async () => {
    const everything = ["project", "project_id", "datasets", "slices", "projects"];
    const refusal = Object.assign({}, ...everything.map(about)) as object;
    const { avala, requests } = scripted([reply(400, refusal)]);
    await expect(createExport(avala, { ...input, projects: ["p1"] })).rejects.toMatchObject({
      code: "validation",
    });
    expect(requests).toHaveLength(2);
  });

  test("that are required after all are what the error is about", async () => {
    const { avala, requests } = scripted([
      reply(400, { project: ["Object with uid=p1 does not exist."] }),
      reply(400, { project: ["This field is required."] }),
    ]);
    await expect(createExport(avala, { ...input, projects: ["p1"] })).rejects.toMatchObject({
      fields: { project: ["Object with uid=p1 does not exist."] },
    });
    expect(requests).toHaveLength(2);
  });

  test.each([
    ["another refusal", 400, { format: ["Not a valid choice."] }],
    ["a refusal of what the user wrote", 400, { projects: ["Object with uid=p1 does not exist."] }],
    ["a permission", 403, { detail: "project" }],
  ])("are left as they are after %s", async (_what, status, refusal) => {
    const { avala, requests } = scripted([reply(status, refusal)]);
    await expect(createExport(avala, { ...input, projects: ["p1"] })).rejects.toMatchObject({
      status,
    });
    expect(requests).toHaveLength(1);
  });
});

test("a reply to a creation needs no more than the uid", async () => {
  const { avala } = scripted([reply(201, { uid: "e" })]);
  const made = await createExport(avala, { ...input, projects: ["p1"] });
  expect(made).toMatchObject({ uid: "e", state: "running" });
});

describe("a status", () => {
  const cases: [string, Export["state"]][] = [
    ["requested", "running"],
    ["pending", "running"],
    ["processing", "running"],
    ["packing", "running"],
    ["", "running"],
    ["completed", "completed"],
    ["Exported", "completed"],
    [" COMPLETED ", "completed"],
    ["failed", "failed"],
    ["ERROR", "failed"],
    ["cancelled", "failed"],
    ["Canceled", "failed"],
  ];
  test.each(cases)("%j is %s", (status, state) => {
    expect(stateOf(status)).toBe(state);
  });

  test("null counts, bare uids and sources as objects are read", async () => {
    const { avala } = scripted([
      reply(200, {
        uid: "e",
        status: "processing",
        exported_task_count: null,
        download_url: "",
        datasets: [{ uid: "d1", name: "cats" }, "d2"],
        projects: null,
        error: { code: 7 },
      }),
    ]);
    expect(await getExport(avala, "e")).toMatchObject({
      exportedTaskCount: undefined,
      downloadUrl: undefined,
      datasets: ["d1", "d2"],
      projects: [],
      slices: [],
      error: '{"code":7}',
    });
  });
});

describe("uids of other things in a reply", () => {
  const read = (json: object): ReturnType<typeof getExport> =>
    getExport(scripted([reply(200, { uid: "e", status: "requested", ...json })]).avala, "e");

  test.each([
    { datasets: ["../exports"] },
    { projects: [{ uid: "a/b" }] },
    { slices: ["a\u0000b"] },
  ])("that no path can hold are refused: %j", async (json) => {
    await expect(read(json)).rejects.toMatchObject({ code: "bad_reply" });
  });

  test("that are empty are left out", async () => {
    expect(await read({ datasets: ["", null, 7, "d1"] })).toMatchObject({ datasets: ["7", "d1"] });
  });
});
