// What goes wrong on the real engine, and what the next `up` makes of it.
import { describeWithPart } from "../support/parts";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { jpeg } from "../support/temp-tree";
import type { EmulatorOptions } from "../../emulator/index";

const HEAD = 'import * as avala from "@avala/pulumi";\n';
const FILE_SET = `const files = new avala.FileSet("set", { root: "./images", include: ["*.jpg"], concurrency: 1 });\n`;
const DATASET = `const dataset = new avala.Dataset("set", { files });\n`;
const EXPORT = `const release = new avala.Export("release", { datasets: [dataset.uid] });\n`;
const TEN = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [`images/${index}.jpg`, jpeg(`number ${index}`)]),
);

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;

  async function start(program: string, options: EmulatorOptions = {}): Promise<void> {
    it_ = await createAvalaStack(pulumi, HEAD + program, options);
    it_.stack.write(TEN);
  }
  const failingUp = async (): Promise<string> =>
    (await it_.stack.fails("up", "--yes", "--skip-preview")).output;
  afterEach(() => it_.stop());

  test("an upload that broke is in the state, and the next up sends the rest alone", async () => {
    await start(FILE_SET + DATASET);
    it_.avala.setFault({
      on: { method: "POST", path: "/datasets/manual-upload/file-upload-url/" },
      skip: 7,
      times: 0,
      reply: { status: 403, body: { detail: "This key may no longer upload." } },
    });
    const output = await failingUp();
    expect(output).toContain("This key may no longer upload");
    expect(output).toMatch(/stopped after 7 of 10 files/);
    const [broken] = it_.stack.resources().filter(({ type }) => type.endsWith(":FileSet"));
    expect(broken?.initErrors).toHaveLength(1);

    it_.avala.clearFaults();
    // The journal may be lost with the machine that ran: the state alone is enough.
    it_.stack.setEnv({ AVALA_STATE_DIR: `${it_.stack.folder}/other-machine` });
    const seen = await it_.watching(() => it_.stack.up());
    expect(seen.stored).toHaveLength(3);
    expect(seen.confirms).toBe(1);
    await it_.stack.up("--expect-no-changes");
  });

  test("a failed export fails the up with the server's reason, and the next up starts another", async () => {
    await start(FILE_SET + DATASET + EXPORT, { dialect: { exportReason: "error" } });
    it_.avala.failExports("annotations are locked");
    const output = await failingUp();
    expect(output).toContain("annotations are locked");
    const seen = await it_.watching(() => it_.stack.up());
    expect(seen.writes).toEqual(["POST /exports/"]);
  });

  test("an export that is still running when the up ends is found again by its uid", async () => {
    const slow = EXPORT.replace("] }", "], timeoutMinutes: 0.02 }");
    await start(FILE_SET + DATASET + slow, { exportMs: 8_000 });
    const output = await failingUp();
    expect(output).toMatch(/export .* to be completed/);
    it_.stack.writeProgram(HEAD + FILE_SET + DATASET + EXPORT);
    const seen = await it_.watching(() => it_.stack.up());
    expect(seen.writes).toEqual([]);
    expect(it_.avala.exports()).toHaveLength(1);
  });

  test("a dataset that is someone else's is left alone, and the error says what to do", async () => {
    await start(FILE_SET + DATASET.replace("{ files }", '{ files, slug: "taken" }'));
    it_.avala.setFault({
      on: { method: "POST", path: "/datasets/manual-upload/" },
      reply: { status: 409, body: { detail: "A dataset with this slug already exists." } },
    });
    const output = await failingUp();
    expect(output).toContain("already exists");
    expect(output).toContain("choose another name or slug");
  });

  test("wrong inputs, a missing key and a wrong key are one clear error each, in check and in diff", async () => {
    await start(
      'new avala.FileSet("set", { root: "./images", concurrency: 50, symlinks: "maybe" as never });\n',
    );
    const from = it_.avala.requests().length;
    const { output } = await it_.stack.fails("preview");
    for (const property of ["concurrency", "symlinks"]) {
      expect(output).toContain(`property ${property} `);
    }

    it_.stack.writeProgram(HEAD + FILE_SET + DATASET);
    it_.stack.setEnv({ AVALA_API_KEY: "" });
    await it_.stack.preview(); // works without a key, and sends nothing
    expect(await failingUp()).toMatch(/apiKey/);
    expect(it_.avala.requests().slice(from)).toEqual([]);
    await it_.stack.ok("config", "set", "--secret", "avala:apiKey", it_.avala.apiKey);

    const wrongKey = (): void =>
      it_.avala.setFault({
        on: { method: "GET", path: "/datasets/*" },
        times: 0,
        reply: { status: 401, body: { detail: "Whose key is this?" } },
      });
    const diagnosed = async (): Promise<string> => {
      const { output: all } = await it_.stack.fails("preview");
      expect(all).toContain("401");
      return all.slice(all.indexOf("Diagnostics:"));
    };
    wrongKey();
    const checked = await diagnosed();
    expect(checked.split("Whose key is this?")).toHaveLength(2);
    expect(checked).not.toContain("property 'root'");
    it_.avala.clearFaults();
    await it_.stack.up();
    expect(it_.stack.state()).not.toContain(it_.avala.apiKey);
    it_.stack.write({ "images/new.jpg": jpeg("new") });
    wrongKey();
    expect((await diagnosed()).split("Whose key is this?")).toHaveLength(2);
  });
});
