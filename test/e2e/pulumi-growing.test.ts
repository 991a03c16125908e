// examples/growing-stack on the real engine, as it stands: a set that people annotate, over the days.
import { readFileSync } from "node:fs";
import path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { WITH_CHANGES } from "../support/dialects";
import { call } from "../support/emulator";
import { describeWithPart } from "../support/parts";
import { jpeg } from "../support/temp-tree";

const EXAMPLE = readFileSync(path.join(__dirname, "../../examples/growing-stack/index.ts"), "utf8");

interface Outputs {
  readonly datasets: readonly string[];
  readonly uids: readonly string[];
  readonly files: number;
  readonly superseded: number;
  readonly current: readonly { path: string; datasetUid: string; itemPath: string }[];
  readonly downloadUrl: string;
}

describeWithPart("pulumi", (pulumi) => {
  describe("the growing set of the example", () => {
    let it_: AvalaStack;
    beforeAll(async () => {
      it_ = await createAvalaStack(pulumi, EXAMPLE, { ...WITH_CHANGES, asUsers: true });
      // That its types fit is seen where the package is installed.
      it_.stack.setEnv({ PULUMI_NODEJS_TRANSPILE_ONLY: "true" });
      it_.stack.write({ "images/a.jpg": jpeg("a"), "images/b.jpg": jpeg("b") });
    });
    afterAll(() => it_.stop());

    const outputs = (): Outputs => it_.stack.outputs() as unknown as Outputs;
    const remove = async (uid: string | undefined): Promise<void> => {
      const { slug = "" } = it_.avala.datasets().find((one) => one.uid === uid) ?? {};
      expect((await call(it_.avala, "DELETE", `/datasets/emulator/${slug}/`)).status).toBe(204);
    };

    test("is made of what is there, and stays as it is while nothing changes", async () => {
      const seen = await it_.watching(() => it_.stack.up());
      it_.stack.quicken();
      expect(seen.stored).toEqual([
        expect.stringMatching(/^training-0001-\w{12}\/a\.jpg$/),
        expect.stringMatching(/^training-0001-\w{12}\/b\.jpg$/),
      ]);
      expect(outputs()).toMatchObject({ files: 2, superseded: 0 });
      let printed = "";
      const again = await it_.watching(async () => {
        printed = (await it_.stack.up("--expect-no-changes")).output;
      });
      expect(again.writes).toEqual([]);
      // There may be thousands of files.
      expect(printed).toMatch(/current\s*: \[secret\]/);
      expect(printed).not.toContain("b.jpg");
    });

    test("takes a photograph after people have annotated: the preview says what stays, and the export has it", async () => {
      const [old = ""] = outputs().uids;
      it_.avala.addAnnotations(old, 4);
      it_.stack.write({ "images/c.jpg": jpeg("c") });
      const { output } = await it_.stack.preview();
      expect(output).toMatch(
        /growing set training\s+\+ c\.jpg\s+new dataset training-0002-\w{12}: 1 file/,
      );
      expect(output).toMatch(
        /1 dataset of the set, 2 items, stays as it is\. It has 4 annotations/,
      );
      const seen = await it_.watching(() => it_.stack.up());
      expect(seen).toMatchObject({ presigns: 1, confirms: 1 });
      const { uids, downloadUrl } = outputs();
      expect(uids).toEqual([old, expect.any(String)]);
      const files = unzipSync(new Uint8Array(await (await fetch(downloadUrl)).arrayBuffer()));
      const exported = Object.values(files)
        .map((data) => strFromU8(data))
        .join("\n");
      for (const uid of uids) expect(exported).toContain(uid);
      expect(exported.match(/"label"/g)).toHaveLength(4);
    });

    test("sends a changed photograph, not a moved one, and says which item stands for each", async () => {
      it_.stack.write({
        "images/a.jpg": jpeg("other"),
        "images/b.jpg": null,
        "images/moved/b.jpg": jpeg("b"),
      });
      const seen = await it_.watching(() => it_.stack.up());
      expect(seen.presigns).toBe(1);
      const { uids, superseded, current } = outputs();
      expect(superseded).toBe(1);
      const { output } = await it_.stack.ok("stack", "output", "current", "--show-secrets");
      expect(JSON.parse(output)).toEqual(current);
      expect(current).toEqual([
        { path: "a.jpg", datasetUid: uids[2], itemPath: "a.jpg" },
        { path: "c.jpg", datasetUid: uids[1], itemPath: "c.jpg" },
        { path: "moved/b.jpg", datasetUid: uids[0], itemPath: "b.jpg" },
      ]);
    });

    test("sends again what was in a dataset that someone deleted, once a refresh has seen it", async () => {
      const { uids } = outputs();
      await remove(uids[1]);
      await it_.stack.refresh();
      const set = it_.stack.resources().find(({ type }) => type.endsWith("GrowingDataset"));
      expect(set?.outputs).toMatchObject({ datasetUids: [uids[0], uids[2]] });
      const seen = await it_.watching(() => it_.stack.up());
      expect(seen.presigns).toBe(1);
      const { uids: now, current } = outputs();
      expect(now).toHaveLength(3);
      expect(current.map(({ path: declared }) => declared)).toEqual([
        "a.jpg",
        "c.jpg",
        "moved/b.jpg",
      ]);
      await it_.stack.up("--refresh", "--expect-no-changes");
    });

    test("has a state without absolute paths, and leaves all its datasets at Avala when it goes", async () => {
      expect(it_.stack.state()).not.toContain(it_.stack.folder);
      const { uids } = outputs();
      const { output } = await it_.stack.destroy();
      expect(output).toMatch(/training: 3 datasets stay at Avala/);
      for (const uid of uids) expect(output).toContain(uid);
      expect(it_.avala.datasets()).toHaveLength(3);
    });
  });
});
