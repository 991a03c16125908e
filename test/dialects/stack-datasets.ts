// What a stack does with file sets and datasets, on a bench that speaks one dialect.
import type { FileSetOutputs } from "../../provider/handlers/file-set/inputs";
import { checked, make, unfinished } from "../support/provider";
import { jpeg } from "../support/temp-tree";
import type { Scenarios } from "./columns";
import { expectSteady, type Given, type StackBench } from "./stack-bench";

/** A dataset of files that this stack made alone, of content that no other scenario has. */
async function made(stack: StackBench, name: string, more: Given = {}) {
  stack.bench.tree.write({ [`${name}/one.jpg`]: jpeg(name) });
  return make(stack.process().dataset, { files: (await stack.filesOf(name)).outs, ...more });
}

const uids = ({ bench }: StackBench): readonly string[] =>
  bench.avala.datasets().map(({ uid }) => uid);

/** What nobody counts may be there, and so is not deleted. */
function canDelete({ dialect }: StackBench): boolean {
  return dialect.datasetChanges === "offered" && dialect.workCounts === "present";
}

export const DATASETS: Scenarios<StackBench> = {
  "makes a dataset from files, and finds no change later": async (stack) => {
    const files = await stack.filesOf();
    const given = { files: files.outs };
    const dataset = await stack.training();
    expect(dataset.outs).toMatchObject({ status: "created", name: files.outs.datasetName });
    await expectSteady(stack, () => stack.process().fileSet, stack.filesGiven(), files);
    await expectSteady(stack, () => stack.process().dataset, given, dataset);
  },

  "takes over the same version in another stack, and sends nothing": async (stack) => {
    const { id } = await stack.training();
    stack.bench.writes();
    const again = await make(stack.process().dataset, { files: (await stack.filesOf()).outs });
    expect(again.id).toBe(id);
    expect(stack.bench.writes()).toEqual([]);
  },

  "grows a set by what is new, and finds no change afterwards": async (stack) => {
    const { tree } = stack.bench;
    tree.write({ "growing/one.jpg": jpeg("grown one") });
    const given = { root: tree.at("growing"), name: "growing" };
    const growing = () => stack.process().growingDataset;
    const set = await make(growing(), given);
    await expectSteady(stack, growing, given, set);
    tree.write({ "growing/two.jpg": jpeg("grown two") });
    const up = growing();
    const inputs = await checked(up, given, set.inputs as unknown as Given);
    expect(await up.diff(set.id, set.outs, inputs)).toMatchObject({ changes: true });
    const { outs } = await up.update(set.id, set.outs, inputs);
    expect(outs).toMatchObject({
      datasetUids: [set.outs.datasetUids[0], expect.any(String)],
      supersededCount: 0,
      unverifiedCount: 0,
    });
    if (outs !== undefined) await expectSteady(stack, growing, given, { ...set, inputs, outs });
  },

  "replaces a dataset whose files changed": async (stack) => {
    const first = await made(stack, "birds");
    stack.bench.tree.write({ "birds/two.jpg": jpeg("a second bird") });
    const given = { files: (await stack.filesOf("birds")).outs };
    const news = await checked(stack.process().dataset, given, first.inputs as unknown as Given);
    expect(await stack.process().dataset.diff(first.id, first.outs, news)).toMatchObject({
      changes: true,
      replaces: ["files"],
    });
    const second = await make(stack.process().dataset, given);
    expect(second.id).not.toBe(first.id);
    await stack.process().dataset.delete(first.id, first.outs);
    expect(stack.bench.avala.items(second.id)).toHaveLength(2);
  },

  "makes a dataset for an organization, and finds no change later": async (stack) => {
    stack.bench.tree.write({ "team/one.jpg": jpeg("team") });
    const organizationUid = stack.bench.avala.user()?.organizations[0];
    const filesGiven = { ...stack.filesGiven("team"), organizationUid };
    const files = await make(stack.process().fileSet, filesGiven);
    const given = { files: files.outs };
    const dataset = await make(stack.process().dataset, given);
    const { owner } = stack.bench.avala.datasets().find(({ uid }) => uid === dataset.id) ?? {};
    expect(owner).toMatchObject({ kind: "organization", name: "emulator-org" });
    expect(dataset.outs).toMatchObject({ status: "created" });
    await expectSteady(stack, () => stack.process().fileSet, filesGiven, files);
    await expectSteady(stack, () => stack.process().dataset, given, dataset);
  },

  // Keys of frames are not paths, and what counts as an item differs. Lidar is the Action's.
  "makes a dataset of video, and finds no change later": async (stack) => {
    stack.bench.tree.write({ "films/one.mp4": "a film" });
    const given = { ...stack.filesGiven("films"), checkContent: "off" };
    const files = await make(stack.process().fileSet, given);
    const dataset = await make(stack.process().dataset, { files: files.outs });
    expect(dataset.outs).toMatchObject({ status: "created", dataType: "video" });
    await expectSteady(stack, () => stack.process().fileSet, given, files);
    await expectSteady(stack, () => stack.process().dataset, { files: files.outs }, dataset);
  },

  "changes the visibility of a dataset if Avala can, otherwise fails and says so": async (
    stack,
  ) => {
    const given = { name: "plain", dataType: "image", visibility: "private" };
    const { id, inputs, outs } = await make(stack.process().dataset, given);
    const wanted = { ...given, visibility: "public" };
    const news = await checked(stack.process().dataset, wanted, inputs as unknown as Given);
    const changing = stack.process().dataset.update(id, outs, news);
    if (stack.dialect.datasetChanges !== "offered") {
      await expect(changing).rejects.toThrow(/does not support changing/);
      return;
    }
    expect((await changing).outs).toMatchObject({ visibility: "public" });
  },

  'deletes a dataset with onDelete: "delete" if Avala can, otherwise keeps it and says so': async (
    stack,
  ) => {
    const { id, outs } = await made(stack, "passing", { onDelete: "delete" });
    const before = stack.bench.messages.length;
    await stack.process().dataset.delete(id, outs);
    const isDeleted = canDelete(stack);
    expect(uids(stack).includes(id)).toBe(!isDeleted);
    const warnings = stack.bench.messages
      .slice(before)
      .filter(({ severity }) => severity === "warning");
    expect(warnings).toHaveLength(isDeleted ? 0 : 1);
    if (!isDeleted) expect(warnings[0]?.text).toContain(id);
  },

  "replaces a dataset by another of its name if Avala can delete, otherwise keeps it and says what to do":
    async (stack) => {
      const given = { name: "renewed", dataType: "image", onDelete: "delete" };
      const { id, inputs, outs } = await make(stack.process().dataset, given);
      const up = stack.process().dataset;
      const news = await checked(up, { ...given, dataType: "video" }, inputs as unknown as Given);
      if (stack.dialect.workCounts === "absent") {
        await expect(up.diff(id, outs, news)).rejects.toThrow(/does not say how many/);
        expect(uids(stack)).toContain(id);
        return;
      }
      const diff = await up.diff(id, outs, news);
      expect(diff).toMatchObject({ replaces: ["dataType"], deleteBeforeReplace: true });
      const deleting = up.delete(id, outs);
      if (stack.dialect.datasetChanges !== "offered") {
        await expect(deleting).rejects.toThrow(/renewed[^]*give the new one another name/);
        expect(uids(stack)).toContain(id);
        return;
      }
      await deleting;
      expect((await up.create(news)).outs).toMatchObject({ dataType: "video" });
      expect(uids(stack)).not.toContain(id);
    },

  "makes a public dataset from files, or says that it may have to be private first": async (
    stack,
  ) => {
    const { uploadVisibility } = stack.dialect;
    const making = made(stack, "open", { visibility: "public" });
    if (uploadVisibility === "private") {
      await expect(making).rejects.toThrow(/visibility[^]*private/);
      return;
    }
    expect((await making).outs).toMatchObject({ status: "created", visibility: "public" });
  },

  "sends nothing of other content under a fixed name, and reports a name that is taken": async (
    stack,
  ) => {
    const fixed = { ...stack.filesGiven("other"), datasetName: "fixed" };
    const { outs } = await make(stack.process().fileSet, fixed);
    await make(stack.process().dataset, { files: outs });
    stack.bench.writes();
    const others = { ...stack.filesGiven(), datasetName: "fixed" };
    await expect(make(stack.process().fileSet, others)).rejects.toThrow(/fixed exists/);
    expect(stack.bench.writes()).toEqual([]);
    stack.bench.avala.takeName("theirs");
    const theirs = { ...stack.filesGiven("other"), datasetName: "theirs" };
    const files = (await make(stack.process().fileSet, theirs)).outs;
    const making = make(stack.process().dataset, { files });
    await expect(making).rejects.toThrow(/is taken, by you or by someone else/);
  },

  "sends only the rest of a file set whose upload was interrupted": async (stack) => {
    const { bench } = stack;
    bench.tree.write({
      "broken/1.jpg": jpeg("1"),
      "broken/2.jpg": jpeg("2"),
      "broken/3.jpg": jpeg("3"),
    });
    const given = { ...stack.filesGiven("broken"), concurrency: 1 };
    const inputs = await checked(stack.process().fileSet, given);
    const refusal = { status: 413, body: "" };
    bench.avala.setFault({ on: { target: "storage" }, skip: 2, times: 0, reply: refusal });
    const broken = await unfinished<FileSetOutputs>(stack.process().fileSet.create(inputs));
    bench.avala.clearFaults();
    const sent = () =>
      bench.avala
        .requests()
        .filter(({ target, method }) => target === "storage" && method !== "GET").length;
    const before = sent();
    const { outs = broken.properties } = await stack
      .process()
      .fileSet.update(broken.id, broken.properties, inputs);
    expect(sent() - before).toBe(1);
    const { id } = await make(stack.process().dataset, { files: outs });
    expect(bench.avala.items(id)).toHaveLength(3);
  },
};
