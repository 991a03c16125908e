// Two runs at once that send other content under one name: what each is told, and what is never confirmed.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Emulator } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import { hashFiles } from "../../src/files/hash";
import { carryOut, publishDataset } from "../../src/operations/publish/publish";
import { decidePublish } from "../../src/operations/publish/decide";
import { sendFiles } from "../../src/operations/publish/send";
import type { PublishTarget } from "../../src/operations/publish/target";
import { openUploadJournal } from "../../src/upload/journal/upload-journal";
import { uploadFiles } from "../../src/upload/run";
import type { Disk } from "../../src/flow/disk/disk";
import type { UploadFile } from "../../src/upload/request";
import { interrupted } from "../support/interrupted";
import { diskWithoutLocks, sessionWith } from "../support/session";
import { startQuietly } from "../support/quiet-emulator";

let emulator: Emulator;
let folder: string;
let ours: UploadFile[];
let theirs: UploadFile[];

beforeEach(async () => {
  emulator = await startQuietly({ ingestMs: 10 });
  folder = await mkdtemp(join(tmpdir(), "rivals-"));
  ours = await makeFiles("ours");
  theirs = await makeFiles("theirs");
});
afterEach(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true });
});

function makeFiles(whose: string): Promise<UploadFile[]> {
  return Promise.all(
    ["a.jpg", "b.jpg"].map(async (path) => {
      const absolutePath = join(folder, whose, path);
      await mkdir(dirname(absolutePath), { recursive: true });
      await writeFile(absolutePath, `${whose} ${path}`);
      return { path, absolutePath, sizeBytes: Buffer.byteLength(`${whose} ${path}`) };
    }),
  );
}

const options = () => ({ waitMs: () => 5000, stateDirectory: join(folder, "state") });
const targetOf = (files: readonly UploadFile[]): PublishTarget => ({
  files,
  dataset: { name: "set", slug: "set", dataType: "image" },
  ifExists: "verify",
});

/** A session on a disk that does not show it the locks of others, as a network's may: then looking is all that is left. */
function sessionWithoutLocks(disk = diskWithoutLocks): Avala {
  return sessionWith(emulator, { ports: { disk } }).avala;
}

/** The same, and it takes no line by which something is taken back. */
const takingNothingBack: Disk = {
  ...diskWithoutLocks,
  openToAppend: async (path) => {
    const handle = await diskWithoutLocks.openToAppend(path);
    const append = (data: string): Promise<void> =>
      data.includes(",null]") ? Promise.reject(new Error("ENOSPC")) : handle.append(data);
    return { ...handle, append };
  },
};

function confirms(): number {
  return emulator
    .requests()
    .filter(({ method, path }) => method === "POST" && path === "/datasets/manual-upload/").length;
}

const sentByAnother = {
  code: "conflict",
  message: expect.stringMatching(
    /Another run sent other content under the name set.*\n.*a\.jpg/,
  ) as string,
};

describe("a run beside another one that sends other content under its name", () => {
  test.each([
    ["", diskWithoutLocks],
    [" on a disk that is full by then", takingNothingBack],
  ])(
    "confirms nothing, names the paths, and is well when it runs again alone%s",
    async (_, disk) => {
      const { stateDirectory } = options();
      const avala = interrupted(sessionWithoutLocks(disk), () =>
        uploadFiles(sessionWithoutLocks(), {
          datasetName: "set",
          files: theirs,
          stateDirectory,
        }),
      );
      await expect(publishDataset(avala, targetOf(ours), options())).rejects.toMatchObject({
        ...sentByAnother,
        message: expect.stringMatching(/a\.jpg\n.*b\.jpg/) as string,
      });
      expect(confirms()).toBe(0);

      const again = publishDataset(sessionWith(emulator).avala, targetOf(ours), options());
      const result = await again;
      if (result.outcome !== "uploaded") throw new Error(result.outcome);
      const stored = (await emulator.objects()).map(({ sha256 }) => sha256);
      expect(stored.sort()).toEqual(
        result.upload.manifest.entries.map(({ sha256 }) => sha256).sort(),
      );
    },
  );

  test("is told also when the other one has confirmed first", async () => {
    const avala = interrupted(sessionWithoutLocks(), () =>
      publishDataset(sessionWithoutLocks(), targetOf(theirs), options()).catch(
        () => undefined, // it gives up waiting, and leaves its journal
      ),
    );
    emulator.setFault({
      on: { method: "GET", path: "/datasets/*-*/" },
      times: 0,
      reply: { status: 403 },
    });
    await expect(publishDataset(avala, targetOf(ours), options())).rejects.toMatchObject(
      sentByAnother,
    );
    expect(confirms()).toBe(1);
  });

  test("sends nothing over what the other one has confirmed since it was decided to send", async () => {
    const { avala } = sessionWith(emulator);
    const sums = (await hashFiles(ours)).entries;
    const files = ours.map((file, index) => ({ ...file, sha256: sums[index]!.sha256 }));
    const decision = await decidePublish(avala, targetOf(files), options());
    const on = { method: "GET", path: "/datasets/*-*/" };
    emulator.setFault({ on, times: 0, reply: { status: 403 } });
    const other = publishDataset(sessionWith(emulator).avala, targetOf(theirs), options());
    await expect(other).rejects.toMatchObject({ code: "permission" });
    emulator.clearFaults();
    const before = await emulator.objects();
    // Its items' names are all that this server tells, and they are ours; the record of its content is not.
    await expect(carryOut(avala, decision, options())).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was made of other content") as string,
    });
    expect(await emulator.objects()).toEqual(before);
  });

  // A `FileSet` of Pulumi confirms in another process, so what it sends has to tell by itself.
  test.each([
    ["confirms", publishDataset],
    ["only sends", sendFiles],
  ])("that %s is told when what it did not send again is about to be replaced", async (_, run) => {
    const { stateDirectory } = options();
    const { digest } = await hashFiles(ours);
    const earlier = { datasetName: "set", files: ours.slice(0, 1), digest, stateDirectory };
    await uploadFiles(sessionWith(emulator).avala, earlier);
    const avala = interrupted(sessionWithoutLocks(), async () => {
      const other = await openUploadJournal(
        avala,
        { datasetName: "set", files: [] },
        stateDirectory,
      );
      await other?.takeBack("a.jpg");
      await other?.close();
    });
    await expect(run(avala, targetOf(ours), options())).rejects.toMatchObject(sentByAnother);
    expect(confirms()).toBe(0);
  });

  test("is told by a journal that was removed and begun again, and is shorter than it was", async () => {
    const { stateDirectory } = options();
    const { avala: earlier } = sessionWith(emulator);
    for (const files of [theirs, ours.slice(0, 1)])
      await uploadFiles(earlier, { datasetName: "set", files, stateDirectory });
    const avala = interrupted(sessionWithoutLocks(), async () => {
      await rm(join(folder, "state", "journals"), { recursive: true });
      const files = theirs.slice(0, 1);
      await uploadFiles(sessionWithoutLocks(), { datasetName: "set", files, stateDirectory });
    });
    await expect(sendFiles(avala, targetOf(ours), options())).rejects.toMatchObject(sentByAnother);
  });
});

test("of two machines, where the name is taken by fewer files, is not told that nothing was sent", async () => {
  const avala = interrupted(
    sessionWithoutLocks(),
    () =>
      publishDataset(sessionWith(emulator).avala, targetOf(theirs.slice(0, 1)), {
        ...options(),
        stateDirectory: join(folder, "second"),
      }).catch(() => undefined), // what we have sent is in its dataset too
  );
  await expect(publishDataset(avala, targetOf(ours), options())).rejects.toMatchObject({
    code: "conflict",
    hint: expect.not.stringContaining("Nothing was sent") as string,
  });
});

// Files of one size, and a store that says nothing of what it keeps: so nothing shows whose content is there.
test.each([
  // The file goes once more after the other's, by its first form, to learn what ETags are: so another batch is begun as well.
  ["other content", "one", "two", 2],
  ["the same content", "one", "one", 2],
] as const)(
  "of two machines with %s the one whose confirm comes second compared nothing",
  async (_what, first, second, confirmed) => {
    await emulator.stop();
    emulator = await startQuietly({ etag: "opaque", dialect: { batches: "last" } });
    const [own, other] = await Promise.all(
      [first, second].map(async (content): Promise<UploadFile> => {
        const absolutePath = join(folder, `${content}.jpg`);
        await writeFile(absolutePath, content);
        return { path: "a.jpg", absolutePath, sizeBytes: content.length };
      }),
    );
    const on = (machine: string) => ({ ...options(), stateDirectory: join(folder, machine) });
    const avala = interrupted(sessionWithoutLocks(), () =>
      publishDataset(sessionWith(emulator).avala, targetOf([other!]), on("second")),
    );
    const result = await publishDataset(avala, targetOf([own!]), on("first"));
    const upload = { sent: [{ path: "a.jpg" }] };
    expect(result).toMatchObject({ outcome: "unverified", unverified: 1, upload });
    expect(confirms()).toBe(confirmed);
  },
);

test("of two runs at once with other content never both succeed", async () => {
  let arrived = 0;
  let letGo = (): void => undefined;
  const bothAreSending = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const results = [ours, theirs].map(async (files) => {
    const avala = sessionWithoutLocks();
    let isFirst = true;
    const send: Avala["storage"]["send"] = async (request) => {
      if (isFirst && (arrived += 1) === 2) letGo();
      isFirst = false;
      await bothAreSending;
      return avala.storage.send(request);
    };
    const session = { ...avala, storage: { ...avala.storage, send } };
    return carryOut(session, await decidePublish(session, targetOf(files), options()), options());
  });
  const ends = await Promise.allSettled(results);
  const reasons = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  expect(reasons.length).toBeGreaterThan(0);
  for (const reason of reasons) expect(reason).toMatchObject({ code: "conflict" });
});
