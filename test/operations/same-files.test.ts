// Two runs of the same files under one name, on machines that share nothing: whoever comes second finds what the first one has
// begun, and no dataset is made that lacks files, whatever a presign in another batch does to the first.
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AvalaEvent } from "../../src/events";
import {
  CONFIRM,
  COUNT,
  PRESIGN,
  gate,
  heldAtConfirm,
  isGivenUp,
  isWait,
  killedAtConfirm,
  machineIn,
  makeFiles,
  versionOf,
  warnings,
  type Given,
  type Machine,
} from "../support/machines";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const FORMS = ["together", "apart", "last"] as const;

const machine = (name: string, given?: Given): Machine => machineIn(place, name, given);
/** The second run looks, then the first goes on to its end, then the second looks again. */
function meeting(): {
  readonly looked: Promise<void>;
  readonly ended: () => void;
  readonly second: Given;
} {
  const [looked, ended] = [gate(), gate()];
  const sleeps = (events: readonly AvalaEvent[]): Promise<void> | undefined => {
    if (!events.some(isWait)) return undefined;
    looked.open();
    return ended.opened;
  };
  return { looked: looked.opened, ended: ended.open, second: { sleeps } };
}

/** As it was before it had any line of a path. */
async function copyJournal(at: Record<"from" | "to" | "without", string>): Promise<void> {
  const [from, to] = [at.from, at.to].map((state) => join(place.folder, state, "journals"));
  await mkdir(to!, { recursive: true });
  const name = (await readdir(from!)).find((one) => one.endsWith(".jsonl")) ?? "";
  const lines = (await readFile(join(from!, name), "utf8")).split(/(?<=\n)/);
  await writeFile(join(to!, name), lines.filter((line) => !line.includes(at.without)).join(""));
}

function datasets(): readonly number[] {
  return place.emulator.datasets().map(({ uid }) => place.emulator.items(uid).length);
}

describe.each(FORMS)(
  "two runs of the same files on two machines, where files lie %s",
  (batches) => {
    beforeEach(() => place.start({ dialect: { uploadReply: "managed", batches }, ingestMs: 0 }));

    test.each(["made of the content", "fixed"])(
      "make one whole dataset: the second starts at the first one's confirm (name %s)",
      async (kind) => {
        const files = await makeFiles(place);
        const name = kind === "fixed" ? "set" : versionOf(files);
        const { looked, ended, second } = meeting();
        const atConfirm = gate();
        const one = machine("one", {
          holds: (route) => {
            if (route !== CONFIRM) return undefined;
            atConfirm.open();
            return looked;
          },
        });
        const first = one.publish(files, name).finally(ended);
        await atConfirm.opened;
        const two = machine("two", second);
        const results = await Promise.all([first, two.publish(files, name)]);
        expect(results[0].outcome).toBe("uploaded");
        expect(results[1].outcome).toBe("unchanged");
        expect(datasets()).toEqual([COUNT]);
        expect(two.presigns()).toBeLessThan(COUNT + 10);
        expect(warnings(two).at(-1)).toMatch(/has made the dataset of these files/);
      },
    );

    test("make one whole dataset: the second starts while the first is half way (fixed name)", async () => {
      const files = await makeFiles(place);
      const { looked, ended, second } = meeting();
      const halfWay = gate();
      const one = machine("one", {
        holds: (route, count) => {
          if (route !== PRESIGN || count <= COUNT / 2) return undefined;
          halfWay.open();
          return looked;
        },
      });
      const first = one.publish(files, "set").finally(ended);
      await halfWay.opened;
      const two = machine("two", second);
      const results = await Promise.all([first, two.publish(files, "set")]);
      expect(results.map(({ outcome }) => outcome)).toEqual(["uploaded", "unchanged"]);
      expect(datasets()).toEqual([COUNT]);
      // One that shows the first file complete, and a few to see how far the other has come.
      expect(two.presigns()).toBeLessThan(12);
    });

    test.each(["made of the content", "fixed"])(
      "make one whole dataset: both start at once (name %s)",
      async (kind) => {
        const files = await makeFiles(place);
        const name = kind === "fixed" ? "set" : versionOf(files);
        const ends = await Promise.all(
          ["one", "two"].map((each) => machine(each).publish(files, name)),
        );
        expect(ends.map(({ outcome }) => outcome).sort()).toEqual(["unchanged", "uploaded"]);
        expect(datasets()).toEqual([COUNT]);
      },
    );

    test("make a whole dataset: the first was killed before its confirm (name made of the content)", async () => {
      const files = await makeFiles(place);
      const name = versionOf(files);
      await killedAtConfirm(place, files, name);
      const two = machine("two");
      expect(await two.publish(files, name)).toMatchObject({ outcome: "uploaded" });
      expect(datasets()).toEqual([COUNT]);
      expect(warnings(two)).toEqual([
        expect.stringMatching(
          new RegExp(`^${COUNT} files of set-\\w+ were uploaded by another run of the same files`),
        ),
        expect.stringMatching(/no sign of life.* All files of set-\w+ are sent again/),
      ]);
    });

    test("end with what to do: the first was killed before its confirm (fixed name)", async () => {
      const files = await makeFiles(place);
      await killedAtConfirm(place, files, "set");
      const hint = /Choose another name, or put the digest of the files into the name/;
      await expect(machine("two").publish(files, "set")).rejects.toMatchObject({
        code: "conflict",
        hint: expect.stringMatching(hint) as string,
      });
      expect(datasets()).toEqual([]);
    });

    test("vouch for no file that was only looked at: other content has taken its place since (fixed name)", async () => {
      const files = (await makeFiles(place)).slice(0, 1);
      await killedAtConfirm(place, files, "set");
      await place.emulator.leaveFile("set/100.jpg", "CONTENT OF 100.jpg");
      await expect(machine("two").publish(files, "set")).rejects.toMatchObject({
        code: "conflict",
      });
      expect(datasets()).toEqual([]);
    });
  },
);

// It is in another batch than the first, which only a journal of it can name.
test("a run with the copy of a journal waits for the run that goes on with it", async () => {
  await place.start({ dialect: { uploadReply: "managed", batches: "together" }, ingestMs: 0 });
  const files = (await makeFiles(place)).slice(0, 2);
  const body = { dataset_upload_uid: ["This upload batch is closed."] };
  place.emulator.setFault({ on: { path: "*/file-upload-url/" }, reply: { status: 400, body } });
  const { looked, ended, second } = meeting();
  const { given, reached, letGo } = heldAtConfirm();
  const first = machine("one", given).publish(files, "set").finally(ended);
  await reached;
  await copyJournal({ from: "one", to: "two", without: "101.jpg" });
  void looked.then(letGo);
  const results = await Promise.all([first, machine("two", second).publish(files, "set")]);
  expect(results.map(({ outcome }) => outcome)).toEqual(["uploaded", "unchanged"]);
  expect(datasets()).toEqual([2]);
});

// Where files lie in the last batch alone, the second takes them away by then, and the first says what its dataset lacks.
test.each(["together", "apart"] as const)(
  "a first run's confirm may take longer than the second waits, where files lie %s (fixed name)",
  async (batches) => {
    await place.start({ dialect: { uploadReply: "managed", batches }, ingestMs: 0 });
    const files = await makeFiles(place);
    const [atConfirm, waited] = [gate(), gate()];
    const one = machine("one", {
      holds: (route) => {
        if (route !== CONFIRM) return undefined;
        atConfirm.open();
        return waited.opened;
      },
    });
    const first = one.publish(files, "set");
    await atConfirm.opened;
    const confirmed = first.then(() => undefined);
    // It begins in another batch, finds each place taken, and by then the dataset is made.
    const two = machine("two", {
      sleeps: (events) => {
        if (!events.some(isGivenUp)) return undefined;
        waited.open();
        return confirmed;
      },
    });
    const results = await Promise.all([first, two.publish(files, "set")]);
    expect(results).toMatchObject([{ outcome: "uploaded" }, { outcome: "unchanged" }]);
    expect(datasets()).toEqual([COUNT]);
  },
);
