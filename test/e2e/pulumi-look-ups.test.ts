// The plain resources, the look-ups, and what a preview does not know yet, on the real engine.
import { describeWithPart } from "../support/parts";
import { WITH_CHANGES } from "../support/dialects";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { jpeg } from "../support/temp-tree";

const BUCKET_KEY = "bucketKeyThatMustNotShow";
const HOOK_SECRET = "hookSecretThatMustNotShow";

const PROGRAM = `
import * as avala from "@avala/pulumi";
const bucket = new avala.StorageConfig("bucket", {
  provider: "aws_s3", bucketName: "mine", bucketRegion: "eu-west-1",
  accessKeyId: "AKIDEXAMPLE", secretAccessKey: "${BUCKET_KEY}",
});
const hook = new avala.Webhook("hook", {
  targetUrl: "https://example.com/avala", events: ["export.completed"], secret: "${HOOK_SECRET}",
});
const empty = new avala.Dataset("empty", { dataType: "image", onDelete: "delete" });
const same = avala.Dataset.get("same", empty.uid);
// Unknown in the first preview: nothing of the folder may be read before it is known.
const late = new avala.FileSet("late", { root: "images", prefix: empty.uid });
const lateDataset = new avala.Dataset("late", { files: late, onDelete: "delete" });
export const verified = lateDataset.isVerified;
export const names = [same.name, avala.getDatasetOutput({ uid: empty.uid }).name];
export const found = avala.listDatasetsOutput({ name: same.name }).apply((all) => all.length);
`;

const SLIP = `
import * as avala from "@avala/pulumi";
export const uid = avala.getDatasetOutput({ nam: "empty" } as any).uid;
`;

describeWithPart("pulumi", (pulumi) => {
  let it_: AvalaStack;
  beforeAll(async () => {
    it_ = await createAvalaStack(pulumi, PROGRAM, WITH_CHANGES);
    it_.stack.write({ "images/a.jpg": jpeg("a") });
  });
  afterAll(() => it_.stop());

  test("a preview leaves unknown what depends on the unknown, and reads no file for it", async () => {
    const { output } = await it_.stack.preview("--diff");
    expect(output).toMatch(/digest +: \[unknown\]/);
    expect(output).not.toContain("to send:");
  });

  test("up makes them, look-ups find them, and the state shows no secret", async () => {
    await it_.stack.up();
    const { names, found, verified } = it_.stack.outputs();
    expect(names).toEqual(["empty", "empty"]);
    expect(found).toBe(1);
    expect(verified).toBe(true);
    const state = it_.stack.state();
    for (const secret of [BUCKET_KEY, HOOK_SECRET, "AKIDEXAMPLE", it_.avala.apiKey]) {
      expect(state).not.toContain(secret);
    }
  });

  test("refresh and up find no difference, and destroy takes all of it away", async () => {
    await it_.stack.up("--refresh", "--expect-no-changes");
    await it_.stack.destroy();
    expect(it_.avala.datasets()).toEqual([]);
  });

  test("a look-up with a slip is refused, and Node warns of nothing", async () => {
    it_.stack.writeProgram(SLIP);
    const { output } = await it_.stack.fails("preview");
    expect(output).toContain("Did you mean name?");
    expect(output).not.toContain("Warning");
  });
});
