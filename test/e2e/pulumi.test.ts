// The main job on the real engine: a partitioned dataset and an export over it, from the first preview to the last
// destroy. The tests follow each other on one stack, as its owner would.
import { describeWithPart } from "../support/parts";
import { WITH_CHANGES } from "../support/dialects";
import { createAvalaStack, type AvalaStack } from "../support/avala-stack";
import { jpeg } from "../support/temp-tree";

const PROGRAM = `
import * as avala from "@avala/pulumi";
const photos = new avala.VersionedDataset("photos", {
  root: "./images",
  include: ["**/*.jpg"],
  partitionDepth: 1,
  visibility: "private",
  onDelete: "delete",
  export: { format: "avala-json-external" },
});
export const names = photos.datasetNames;
export const uids = photos.datasetUids;
export const fileCount = photos.fileCount;
export const downloadUrl = photos.downloadUrl;
`;

const FILES = {
  "images/cats/a.jpg": jpeg("a"),
  "images/cats/b.jpg": jpeg("b"),
  "images/cats/c.jpg": jpeg("c"),
  "images/dogs/d.jpg": jpeg("d"),
  "images/notes.txt": "no image",
};

describeWithPart("pulumi", (pulumi) => {
  describe("a partitioned dataset and its export", () => {
    let it_: AvalaStack;

    beforeAll(async () => {
      it_ = await createAvalaStack(pulumi, PROGRAM, { asUsers: true, ...WITH_CHANGES });
      it_.stack.write(FILES);
    });
    afterAll(async () => {
      await it_.stop();
    });

    const names = (): readonly string[] => it_.stack.outputs()["names"] as readonly string[];

    test("a preview names the dataset versions and the cost, and sends nothing", async () => {
      let output = "";
      const seen = await it_.watching(async () => {
        ({ output } = await it_.stack.preview("--diff"));
      });
      expect(seen.writes).toEqual([]);
      expect(output).toMatch(
        /dataset photos-cats-[0-9a-f]{12}\nto send: 3 files, 21 bytes, \d+ API calls \(\d+ if the server takes PUTs\)/,
      );
      expect(output).toMatch(/dataset photos-dogs-[0-9a-f]{12}\nto send: 1 file, 7 bytes/);
      expect(output).toMatch(/cats\/a\.jpg: "[0-9a-f]{12}"/);
      it_.stack.quicken();
    });

    test("up sends every file once, makes a dataset a folder, and waits for the export", async () => {
      const seen = await it_.watching(() => it_.stack.up());
      const [cats = "", dogs = ""] = names();
      expect([cats, dogs]).toEqual([
        expect.stringMatching(/^photos-cats-[0-9a-f]{12}$/),
        expect.stringMatching(/^photos-dogs-[0-9a-f]{12}$/),
      ]);
      expect(seen.stored).toEqual(
        [
          `${cats}/cats/a.jpg`,
          `${cats}/cats/b.jpg`,
          `${cats}/cats/c.jpg`,
          `${dogs}/dogs/d.jpg`,
        ].sort(),
      );
      expect(seen.confirms).toBe(2);
      const { fileCount, downloadUrl } = it_.stack.outputs();
      expect(fileCount).toBe(4);
      const file = await fetch(String(downloadUrl));
      expect(file.status).toBe(200);
    });

    test("the state holds no key, no absolute path and no plain download URL", async () => {
      const state = it_.stack.state();
      expect(state).not.toContain(it_.avala.apiKey);
      expect(state).not.toContain(it_.stack.folder);
      expect(state).not.toContain("X-Amz-Signature");
      expect(state).not.toContain(it_.avala.storageUrl);
      expect(state).toContain('"root":"./images"');
    });

    test("a second up changes nothing and writes nothing", async () => {
      const seen = await it_.watching(() => it_.stack.up("--expect-no-changes"));
      expect(seen).toEqual({ stored: [], presigns: 0, confirms: 0, writes: [] });
    });

    test("refresh and then up change nothing, though the download URL is another", async () => {
      const before = it_.stack.outputs()["downloadUrl"];
      const seen = await it_.watching(async () => {
        await it_.stack.refresh();
        await it_.stack.up("--expect-no-changes");
      });
      expect(seen.writes).toEqual([]);
      expect(it_.stack.outputs()["downloadUrl"]).not.toBe(before);
    });

    test("a preview of a change names the files, what the new version costs, and what stays on the old one", async () => {
      const [cats] = it_.stack.outputs()["uids"] as readonly [string];
      it_.avala.addAnnotations(cats, 5);
      it_.stack.write({
        "images/cats/b.jpg": jpeg("b, changed"),
        "images/cats/c.jpg": null,
        "images/cats/new.jpg": jpeg("new"),
      });
      const { output } = await it_.stack.preview("--diff");
      expect(output).toMatch(/new version photos-cats-\w{12}, was photos-cats-\w{12}\n/);
      expect(output).toContain("+ cats/new.jpg\n~ cats/b.jpg\n- cats/c.jpg\n");
      expect(output).toMatch(/to send: 3 files, \d+ bytes, \d+ API calls/);
      expect(output.match(/to send: /g)).toHaveLength(1);
      expect(output).toMatch(
        /photos-cats-\w{12} \(uid \S+, 3 items, 5 annotations\) stays at Avala.*\n.* They do not move to photos-cats-\w{12}.*GrowingDataset/,
      );
      it_.avala.addAnnotations(cats, -5);
    });

    test("up sends only that folder's files, and exports again over both", async () => {
      const [oldCats, dogs] = names();
      const seen = await it_.watching(() => it_.stack.up());
      const [cats = "", stillDogs] = names();
      expect(cats).not.toBe(oldCats);
      expect(stillDogs).toBe(dogs);
      expect(seen.stored).toEqual(["a", "b", "new"].map((name) => `${cats}/cats/${name}.jpg`));
      expect(seen.confirms).toBe(1);
      expect(seen.writes).toContain("POST /exports/");
      expect(
        it_.avala
          .datasets()
          .map(({ name }) => name)
          .sort(),
      ).toEqual([cats, stillDogs].sort());
    });

    test("a new folder costs only itself, and one that is gone takes only itself away", async () => {
      it_.stack.write({ "images/birds/e.jpg": jpeg("e"), "images/dogs/d.jpg": null });
      const seen = await it_.watching(() => it_.stack.up());
      const [birds] = names();
      expect(seen.stored).toEqual([`${birds}/birds/e.jpg`]);
      expect(it_.avala.datasets()).toHaveLength(2);
    });

    test("destroy keeps what people have annotated, and takes the rest away", async () => {
      const [birds] = it_.stack.outputs()["uids"] as readonly [string];
      it_.avala.addAnnotations(birds, 3);
      const { output } = await it_.stack.destroy();
      expect(output).toMatch(
        /photos-birds-\w{12} \(uid .+, 3 annotations\) stays at Avala: annotated datasets/,
      );
      expect(it_.avala.datasets().map(({ uid }) => uid)).toEqual([birds]);
      expect(it_.stack.resources()).toEqual([]);
    });
  });
});
