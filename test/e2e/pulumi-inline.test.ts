// An inline program of the automation API, whose folder is not the engine's: what is listed is what is sent.
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import type { Emulator } from "../../emulator/index";
import { environmentOf } from "../support/avala-stack";
import { describeWithPart } from "../support/parts";
import { engineEnv } from "../support/engine";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { startQuietly } from "../support/quiet-emulator";

const MODULES = path.join(__dirname, "..", "..", "node_modules");

const PROGRAM = `
const { LocalWorkspace } = require("@pulumi/pulumi/automation");
const avala = require("@avala/pulumi");
(async () => {
  const program = async () => {
    const set = new avala.VersionedDataset("pets", { root: "images", partitionDepth: 1 });
    return { count: set.fileCount };
  };
  const settings = { workDir: process.env.WORK_DIR };
  const names = { stackName: "test", projectName: "inline", program };
  const stack = await LocalWorkspace.createOrSelectStack(names, settings);
  const { outputs } = await stack.up();
  const state = JSON.stringify(await stack.exportStack());
  console.log(JSON.stringify({ count: outputs.count.value, hasPath: state.includes(process.cwd()) }));
})().catch((error) => { console.error(String(error)); process.exit(1); });
`;

describeWithPart("pulumi", (pulumi) => {
  let avala: Emulator;
  let app: TempTree;
  let work: TempTree;
  let home: TempTree;
  beforeEach(async () => {
    avala = await startQuietly();
    app = createTempTree({
      "main.js": PROGRAM,
      "images/a/1.jpg": jpeg("1"),
      "images/b/2.jpg": jpeg("2"),
    });
    // With a project file of its own; without one the engine takes the program's folder, and there is only one.
    work = createTempTree({ "Pulumi.yaml": "name: inline\nruntime: nodejs\n" });
    home = createTempTree({});
    mkdirSync(home.at("state"));
    for (const { root } of [app, work])
      symlinkSync(MODULES, path.join(root, "node_modules"), "dir");
  });
  afterEach(async () => {
    for (const tree of [app, work, home]) tree.remove();
    await avala.stop();
  });

  function up(): Promise<{ readonly stdout: string }> {
    return promisify(execFile)(process.execPath, ["main.js"], {
      cwd: app.root,
      env: { ...engineEnv(pulumi, home.root), ...environmentOf(avala), WORK_DIR: work.root },
    });
  }

  test("sends the files of the program's folder, which its state does not name", async () => {
    const { stdout } = await up();
    expect(JSON.parse(stdout)).toEqual({ count: 2, hasPath: false });
    expect(avala.datasets()).toHaveLength(2);
  });

  test("is refused, and sends nothing, when its workDir has another folder of that name", async () => {
    work.write({ "images/a/other.jpg": jpeg("other"), "images/b/more.jpg": jpeg("more") });
    await expect(up()).rejects.toThrow(/workDir/);
    expect(avala.requests().filter(({ target }) => target === "storage")).toEqual([]);
  });
});
