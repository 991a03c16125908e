// One large file by parts, where what hashes it on the way ends.
import { randomBytes, randomUUID } from "node:crypto";
import {
  digestHere,
  type FileDigests,
  type RunningDigest,
} from "../../src/files/workers/digest-thread";
import { createMutex } from "../../src/flow/mutex";
import type { FileJournal } from "../../src/upload/journal/file-journal";
import type { PartRecord } from "../../src/upload/journal/journal-lines";
import { send } from "../../src/upload/send/send";
import { createSendingTools } from "../../src/upload/send/sending-tools";
import { sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

/** As of a thread that ends after so many pieces. */
function endingAfter(pieces: number): RunningDigest {
  const running = digestHere("sha256");
  let left = pieces;
  return {
    add: (bytes) => {
      left -= 1;
      return left < 0 ? Promise.resolve() : running.add(bytes);
    },
    soFar: async () => (left < 0 ? undefined : running.soFar()),
    digest: async () => (left < 0 ? undefined : running.digest()),
  };
}

function journalInMemory(): FileJournal {
  const parts = new Map<number, PartRecord>();
  const done = (): Promise<void> => Promise.resolve();
  return {
    parts: () => parts,
    mayHoldOther: () => false,
    holdsOther: () => false,
    isTakenAway: () => false,
    wasSentBefore: () => false,
    wasTakenBefore: () => false,
    record: async (part) => void parts.set(part.partNumber, part),
    takeBackUnless: done,
    takeBackOthers: done,
    disown: done,
    reread: () => Promise.resolve(undefined),
  };
}

test("a file whose hashing ends midway is read again, and lands whole", async () => {
  await place.start();
  const { avala } = sessionWith(place.emulator);
  const data = randomBytes(23 * MIB);
  const file = await place.put("drive.mcap", data);
  let started = 0;
  const sha256: FileDigests = {
    prepare: () => undefined,
    start: () => {
      started += 1;
      return started === 1 ? endingAfter(3) : digestHere("sha256");
    },
    close: () => undefined,
  };
  let counted = 0;
  const bytes = {
    add: (count: number) => void (counted += count),
    takeBack: (count: number) => void (counted -= count),
  };
  const sending = {
    ...{
      avala,
      destination: { datasetName: "set" },
      uploadUid: randomUUID(),
      isNamedByContent: false,
    },
    ...{
      isBatchShared: true,
      isSettling: false,
      isMade: undefined,
      otherRun: { isAtWork: false, isReported: false },
      abandoned: new Set<string>(),
    },
    ...createSendingTools(avala),
    ...{ sha256, bytes },
    signal: new AbortController().signal,
  };
  const ways = {
    journal: journalInMemory(),
    mutex: createMutex(),
    onBegin: () => undefined,
    onTaken: () => undefined,
  };
  expect(await send(sending, file, ways)).toMatchObject({ sha256: file.sha256 });
  expect([started, counted]).toEqual([2, data.length]);
  const [stored] = await place.emulator.objects();
  expect(stored?.sha256).toBe(file.sha256);
});
