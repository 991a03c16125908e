import { createHash } from "node:crypto";
import { appendFile, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import type { ManifestEntry } from "../../src/files/manifest/manifest";
import type { Destination } from "../../src/upload/destination";
import { systemClock } from "../../src/flow/clock";
import { systemDisk, type Disk } from "../../src/flow/disk/disk";
import {
  journalPath,
  openJournal,
  removeJournal,
  type Journal,
  type JournalPlace,
} from "../../src/upload/journal/journal";
import {
  formatPart,
  formatRecord,
  formatTakeBack,
  readRecords,
} from "../../src/upload/journal/journal-lines";
import { fingerprint, lineKeyOf } from "../../src/upload/journal/line-signature";
import { settle, virtualClock, type VirtualClock } from "../support/virtual-clock";

const destination: Destination = {
  baseUrl: "https://api.avala.ai/api/v1",
  owner: "acme",
  datasetName: "training",
};
const entry = (path: string, digit = "a"): ManifestEntry => ({
  path,
  sizeBytes: 3,
  sha256: digit.repeat(64),
});

/** A line as it was written before lines were signed: whoever could write the file could write it. */
function checked(values: readonly unknown[]): string {
  const text = JSON.stringify(values);
  const sum = createHash("sha256").update(fingerprint(destination) + text);
  return `${sum.digest("hex").slice(0, 16)} ${text}\n`;
}

const secret = Buffer.from("made of an API key");
const key = lineKeyOf(secret, destination);
const placeOf = (to: Destination): JournalPlace => ({
  disk: systemDisk,
  clock: systemClock,
  stateDirectory: folder,
  destination: to,
  secret,
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "journal-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function landedPaths(of = destination): Promise<string[]> {
  const journal = await openJournal(placeOf(of));
  await journal.close();
  return [...journal.landed.keys()].sort();
}

async function record(...entries: ManifestEntry[]): Promise<void> {
  const journal = await openJournal(placeOf(destination));
  await Promise.all(entries.map((one) => journal.record(one, entries.length)));
  await journal.close();
}

describe("the journal", () => {
  test("gives back what an earlier run recorded", async () => {
    await record(entry("a.jpg"), entry("b/ü\u2028.jpg"));
    expect(await landedPaths()).toEqual(["a.jpg", "b/ü\u2028.jpg"]);
  });

  test("lets a later record of a path win", async () => {
    await record(entry("a.jpg", "a"));
    await record(entry("a.jpg", "b"));
    const journal = await openJournal(placeOf(destination));
    await journal.close();
    expect(journal.landed.get("a.jpg")?.sha256).toBe("b".repeat(64));
  });

  test("keeps the journals of two destinations apart, also when one file is copied over the other", async () => {
    const other = { ...destination, datasetName: "validation" };
    await record(entry("a.jpg"));
    expect(await landedPaths(other)).toEqual([]);
    const mine = await readFile(journalPath(folder, destination));
    await writeFile(journalPath(folder, other), mine);
    expect(await landedPaths(other)).toEqual([]);
  });

  test("takes records of two runs that write at once", async () => {
    const first = await openJournal(placeOf(destination));
    const second = await openJournal(placeOf(destination));
    await Promise.all([first.record(entry("a.jpg"), 1), second.record(entry("b.jpg"), 1)]);
    await first.close();
    await second.close();
    expect(await landedPaths()).toEqual(["a.jpg", "b.jpg"]);
  });

  test("does not let a torn last line swallow the next record", async () => {
    await record(entry("a.jpg"));
    await appendFile(journalPath(folder, destination), '0123456789abcdef ["torn');
    await record(entry("b.jpg"));
    expect(await landedPaths()).toEqual(["a.jpg", "b.jpg"]);
  });

  test("keeps parts apart from whole files", async () => {
    const part = { partNumber: 2, sizeBytes: 5, sha256: "d".repeat(64) };
    const first = await openJournal(placeOf(destination));
    await first.recordPart({ path: "a.mcap", batch: "b" }, part);
    await first.close();
    const journal = await openJournal(placeOf(destination));
    await journal.close();
    expect(journal.landed.size).toBe(0);
    expect(journal.parts.get("a.mcap")?.get("b")?.get(2)).toEqual(part);
  });

  const ofA = { path: "a.mcap", batch: "b" };
  const part = (partNumber: number) => ({ partNumber, sizeBytes: 5, sha256: "d".repeat(64) });
  const opened = async (): Promise<Journal> => {
    const journal = await openJournal(placeOf(destination));
    await journal.close();
    return journal;
  };

  test("claims nothing of a path that was taken back, and of the others what it did", async () => {
    await record(entry("a.mcap"), entry("b.mcap"));
    const first = await openJournal(placeOf(destination));
    await first.recordPart(ofA, part(1));
    await first.takeBack("a.mcap");
    expect(first.landed.has("a.mcap")).toBe(false);
    await first.close();
    const journal = await opened();
    expect([...journal.landed.keys()]).toEqual(["b.mcap"]);
    expect(journal.parts.size).toBe(0);
    await record(entry("a.mcap"));
    expect(await landedPaths()).toEqual(["a.mcap", "b.mcap"]);
  });

  test("claims the other parts when one was taken back, and none once the file has landed", async () => {
    const first = await openJournal(placeOf(destination));
    await first.recordPart(ofA, part(1));
    await first.recordPart(ofA, part(2));
    await first.takeBackPart(ofA, 1);
    await first.close();
    const parts = (await opened()).parts.get("a.mcap")?.get("b");
    expect([...(parts?.keys() ?? [])]).toEqual([2]);
    await record(entry("a.mcap"));
    expect((await opened()).parts.size).toBe(0);
  });

  describe("of what landed although it was doubtful", () => {
    const doubtfulAt = "a.example b.example:443";
    const textOf = (line: string): unknown => JSON.parse(line.slice(line.indexOf(" ")));
    const { path, sizeBytes, sha256 } = entry("a.jpg");

    test.each([
      ["by the first protocol", {}, [null, null, null]],
      ["in a batch", { batch: "b" }, [null, "b", null]],
      ["with a tag", { batch: "b", tag: "t" }, [null, "b", "t"]],
    ])("says where, %s, after all that earlier versions read", (_name, more, between) => {
      const landed = { ...entry("a.jpg"), ...more, doubtfulAt };
      const line = formatRecord(key, landed);
      expect(textOf(line)).toEqual([path, sizeBytes, sha256, ...between, doubtfulAt]);
      expect(readRecords(key, Buffer.from(line)).landed.get("a.jpg")).toEqual(landed);
    });

    test("says where of a part, too", () => {
      const doubtful = { partNumber: 2, sizeBytes, sha256, doubtfulAt };
      const line = formatPart(key, { path, batch: "b" }, doubtful);
      expect(textOf(line)).toEqual([path, sizeBytes, sha256, 2, "b", null, doubtfulAt]);
      const { parts } = readRecords(key, Buffer.from(line));
      expect(parts.get(path)?.get("b")?.get(2)).toEqual(doubtful);
    });

    test("says it no more once it was sent again", () => {
      const lines = [{ ...entry("a.jpg"), doubtfulAt }, entry("a.jpg")];
      const data = Buffer.from(lines.map((landed) => formatRecord(key, landed)).join(""));
      expect(readRecords(key, data).landed.get("a.jpg")).toEqual(entry("a.jpg"));
    });
  });

  describe("with lines that are not signed with our key", () => {
    const digest = "d".repeat(64);
    const theirs = lineKeyOf(Buffer.from("another API key"), destination);
    const readAll = (...lines: readonly string[]) => readRecords(key, Buffer.from(lines.join("")));

    test.each([
      ["forged", checked(["a.jpg", 3, digest])],
      ["of another key", formatRecord(theirs, entry("a.jpg"))],
      [
        "of the same key for another destination",
        formatRecord(lineKeyOf(secret, { ...destination, owner: "b" }), entry("a.jpg")),
      ],
      ["of a part", checked(["a.jpg", 5, digest, 2, "b"])],
    ])("claims nothing by one that is %s, and says of which file it is", (_name, line) => {
      const records = readAll(formatRecord(key, entry("b.jpg")), line);
      expect([...records.landed.keys()]).toEqual(["b.jpg"]);
      expect(records.parts.size).toBe(0);
      expect([...records.foreign]).toEqual(["a.jpg"]);
    });

    test("does not claim any more what such a line says something else of", () => {
      const records = readAll(
        formatRecord(key, entry("a.jpg")),
        formatRecord(theirs, entry("a.jpg", "b")),
      );
      expect(records.landed.size).toBe(0);
    });

    test("is taken back by whichever key, for each of them", () => {
      const lines = [formatRecord(key, entry("a.jpg")), formatTakeBack(theirs, "a.jpg")];
      expect(readAll(...lines).landed.size).toBe(0);
      expect(readAll(...lines).foreign.size).toBe(0);
    });

    test("takes nothing from a line that is longer than any of ours", () => {
      const long = formatRecord(key, entry("a".repeat(20_000)));
      expect([...readAll(long, formatRecord(key, entry("b.jpg"))).landed.keys()]).toEqual([
        "b.jpg",
      ]);
    });
  });

  test("is gone after it was removed, and removing it twice is fine", async () => {
    await record(entry("a.jpg"));
    await removeJournal(systemDisk, folder, destination);
    await removeJournal(systemDisk, folder, destination);
    expect(await readdir(join(folder, "journals"))).toEqual([]);
  });

  const ownerOnly = process.platform === "win32" ? test.skip : test;
  ownerOnly("can be read by its owner alone", async () => {
    await record(entry("a.jpg"));
    expect((await stat(journalPath(folder, destination))).mode & 0o077).toBe(0);
  });

  test("resolves a record only after it was synced, and syncs many at once", async () => {
    const steps: string[] = [];
    const disk: Disk = {
      ...systemDisk,
      openToAppend: async () => ({
        append: async (data) => {
          steps.push(`append ${data.split("\n").length - 1}`);
        },
        sync: async () => {
          await new Promise((resolve) => setImmediate(resolve));
          steps.push("sync");
        },
        close: async () => undefined,
      }),
    };
    const journal = await openJournal({ ...placeOf(destination), disk });
    const paths = Array.from({ length: 50 }, (_, index) => `${index}.jpg`);
    await Promise.all(
      paths.map(async (path) => {
        await journal.record(entry(path), 8);
        steps.push(`done ${path}`);
      }),
    );
    expect(steps.indexOf("done 0.jpg")).toBeGreaterThan(steps.indexOf("sync"));
    const appended = steps.flatMap((step) =>
      step.startsWith("append") ? [Number(step.slice(7))] : [],
    );
    expect(appended.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(appended.length).toBeLessThan(5);
  });

  describe("with a disk whose syncs show", () => {
    const steps: string[] = [];
    const opened = (clock: VirtualClock): Promise<Journal> => {
      steps.length = 0;
      const openToAppend: Disk["openToAppend"] = async () => ({
        append: async (data) => void steps.push(`append ${data.split("\n").length - 1}`),
        sync: async () => void steps.push("sync"),
        close: async () => undefined,
      });
      return openJournal({ ...placeOf(destination), clock, disk: { ...systemDisk, openToAppend } });
    };
    const note = (work: Promise<void>, name: string): Promise<unknown> =>
      work.then(() => steps.push(name));

    test("syncs files that land within a moment once, and no file counts before", async () => {
      const clock = virtualClock();
      const journal = await opened(clock);
      const first = note(journal.record(entry("a.jpg"), 8), "a");
      await clock.advance(4);
      const second = note(journal.record(entry("b.jpg"), 8), "b");
      await clock.advance(4);
      expect(steps).toEqual([]);
      await clock.run(Promise.all([first, second]));
      expect(steps).toEqual(["append 2", "sync", "a", "b"]);
    });

    test("waits for no more files than are under way", async () => {
      const journal = await opened(virtualClock());
      const alone = note(journal.record(entry("a.jpg"), 1), "a");
      await settle();
      expect(steps).toEqual(["append 1", "sync", "a"]);
      const both = ["b", "c"].map((name) => note(journal.record(entry(`${name}.jpg`), 2), name));
      await settle();
      expect(steps.slice(3)).toEqual(["append 2", "sync", "b", "c"]);
      await Promise.all([alone, ...both]);
    });

    test("waits with nothing that bytes wait for, and writes before it what has landed before", async () => {
      const journal = await opened(virtualClock());
      const landed = note(journal.record(entry("a.jpg"), 8), "a");
      const part = { partNumber: 1, sizeBytes: 3, sha256: "a".repeat(64) };
      const begun = note(journal.recordPart({ path: "b.jpg", batch: "1" }, part), "begun");
      await Promise.all([landed, begun]);
      await note(journal.takeBack("c.jpg"), "taken back");
      const expected = ["append 2", "sync", "a", "begun", "append 1", "sync", "taken back"];
      expect(steps).toEqual(expected);
    });
  });

  test("rejects the record that the disk refused, and takes the next one", async () => {
    let isFull = true;
    const written: string[] = [];
    const disk: Disk = {
      ...systemDisk,
      openToAppend: async () => ({
        append: async (data) => {
          if (isFull) throw new Error("ENOSPC");
          written.push(data);
        },
        sync: async () => undefined,
        close: async () => undefined,
      }),
    };
    const journal = await openJournal({ ...placeOf(destination), disk });
    await expect(journal.record(entry("a.jpg"), 1)).rejects.toThrow("ENOSPC");
    isFull = false;
    await journal.record(entry("b.jpg"), 1);
    // The newline ends what the refused write may have left of its line.
    expect(written).toEqual([`\n${formatRecord(key, entry("b.jpg"))}`]);
  });
});

describe("reading a journal that was damaged", () => {
  const entries = ["a.jpg", "b/c.jpg", 'd " \\ é.jpg'].map((path) => entry(path));
  const whole = Buffer.from(entries.map((one) => formatRecord(key, one)).join(""));
  const truth = new Map(entries.map((one) => [one.path, one]));

  const claims = (data: Buffer): void => {
    for (const [path, found] of readRecords(key, data).landed)
      expect(found).toEqual(truth.get(path));
  };

  test("cut at any byte, it claims nothing that had not landed, and every line before the cut", () => {
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const part = whole.subarray(0, cut);
      claims(part);
      const wholeLines = part.toString("latin1").split("\n").length - 1;
      expect(readRecords(key, part).landed.size).toBeGreaterThanOrEqual(wholeLines);
    }
  });

  test("with any byte flipped, it claims nothing that had not landed, and loses two lines at most", () => {
    for (let index = 0; index < whole.length; index += 1) {
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(index) ^ 0x15, index);
      claims(flipped);
      expect(readRecords(key, flipped).landed.size).toBeGreaterThanOrEqual(entries.length - 2);
    }
  });

  test("reads back any path that JSON can hold", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (path, sizeBytes) => {
        const one = { path, sizeBytes, sha256: "c".repeat(64) };
        const data = Buffer.from(formatRecord(key, one));
        expect(readRecords(key, data).landed.get(path)).toEqual(one);
      }),
    );
  });
});
