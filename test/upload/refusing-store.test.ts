// A store that refuses what it is sent: all of it, for a reason that lies in the store or in what was signed, or single files.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { FaultReply } from "../../emulator";
import { storageError } from "../../src/api/storage/storage-error";
import { AvalaError, type FileFailure, type UploadError } from "../../src/errors";
import { endOfAll } from "../../src/upload/failures";
import type { UploadFile } from "../../src/upload/request";
import { uploadFiles } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 40;
const WAYS = ["managed", "form"] as const;
// Eight are refused, and as many may be under way beside them. Then others from all over the set are tried, and one of them again.
const MOST_SENT = 15 + 4 + 1;
const IN_A_ROW = /refused (8|9|1\d) files in a row/;

function makeFiles(count = COUNT): Promise<UploadFile[]> {
  const names = Array.from({ length: count }, (_, index) => `${String(index + 100)}.jpg`);
  return Promise.all(names.map((name) => place.put(name, Buffer.from(`content of ${name}`))));
}

function refusal(status: number, code: string | undefined): FaultReply {
  return { status, body: code === undefined ? "" : `<Error><Code>${code}</Code></Error>` };
}

async function failing(files: readonly UploadFile[], concurrency?: number): Promise<UploadError> {
  const { avala } = sessionWith(place.emulator);
  const stateDirectory = join(place.folder, "state");
  return uploadFiles(avala, { datasetName: "set", files, stateDirectory, concurrency }).then(
    () => {
      throw new Error("Nothing failed.");
    },
    (error: unknown) => error as UploadError,
  );
}

const sent = (): number =>
  place.emulator.requests().filter(({ target }) => target === "storage").length;

describe.each(WAYS)("a store that refuses every file (%s)", (uploadReply) => {
  beforeEach(() => place.start({ dialect: { uploadReply } }));

  test.each([
    [404, "NoSuchBucket", /bucket is gone: report it to Avala/],
    [403, "AccessDenied", /report it to Avala/],
    [403, "SignatureDoesNotMatch", /report it to Avala/],
    [403, "AccountProblem", /proxy .* report it to Avala/],
    [403, undefined, /proxy .* report it to Avala/],
    [400, "InvalidPolicyDocument", /report it to Avala/],
  ])("with %i %s is not tried with all of them", async (status, code, hint) => {
    place.emulator.setFault({ on: { target: "storage" }, times: 0, reply: refusal(status, code) });
    const error = await failing(await makeFiles());
    const reason = code ?? "no reason was given";
    expect(error.code).toBe("storage");
    expect(error.message).toContain(`stopped after 0 of ${String(COUNT)} files: `);
    expect(error.message).toMatch(IN_A_ROW);
    const { host } = new URL(place.emulator.storageUrl);
    expect(error.message).toContain(
      `${host} refused ${String(error.failures.length)} files in a row (${String(status)}, ${reason}).`,
    );
    expect(error.hint).toMatch(hint);
    expect(sent()).toBeLessThanOrEqual(MOST_SENT);
  });

  test("from a file on is not tried with what is left, and what landed is kept", async () => {
    const fault = { on: { target: "storage" }, reply: refusal(403, "AccessDenied") } as const;
    place.emulator.setFault({ ...fault, skip: 10, times: 0 });
    const error = await failing(await makeFiles());
    expect(error.landed).toHaveLength(10);
    expect(error.message).toMatch(IN_A_ROW);
    // Some are refused while the last of the ten land.
    expect(sent()).toBeLessThanOrEqual(10 + 7 + MOST_SENT);
  });

  test("for a while is sent each of them again", async () => {
    const fault = { on: { target: "storage" }, reply: refusal(403, "AccessDenied") } as const;
    place.emulator.setFault({ ...fault, skip: 5, times: 7 }, { ...fault, skip: 15, times: 7 });
    const { avala } = sessionWith(place.emulator);
    const files = await makeFiles();
    const stateDirectory = join(place.folder, "state");
    const result = await uploadFiles(avala, { datasetName: "set", files, stateDirectory });
    expect(result).toMatchObject({ isComplete: true, sent: { length: COUNT }, retries: 14 });
    expect(result.bytesSent).toBe(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
    expect(sent()).toBe(COUNT + 14);
    const stored = (await place.emulator.objects()).map(({ sha256 }) => sha256);
    expect(stored.sort()).toEqual(files.map(({ sha256 }) => sha256).sort());
  });

  test.each([
    [400, "EntityTooLarge"],
    [413, undefined],
  ])("for its size (%i %s) is tried with each", async (status, code) => {
    place.emulator.setFault({ on: { target: "storage" }, times: 0, reply: refusal(status, code) });
    const error = await failing(await makeFiles());
    expect(error).toMatchObject({ code: "upload", failures: { length: COUNT } });
  });
});

test("files that failed for the same reason are told in one line", async () => {
  await place.start();
  const reply = refusal(400, "EntityTooLarge");
  place.emulator.setFault({ on: { target: "storage" }, skip: 1, times: 4, reply });
  const { message } = await failing(await makeFiles(), 1);
  const host = new URL(place.emulator.storageUrl).host;
  expect(message.split("\n")).toEqual([
    `4 files of ${String(COUNT)} could not be uploaded to set (36 sent, 0 unchanged, 4 failed):`,
    `  - 101.jpg, 102.jpg, 103.jpg and 1 more: Could not store the file: ${host} refused (400, EntityTooLarge).`,
  ]);
});

test("each of the failed files has its own reason", async () => {
  await place.start();
  const on = { target: "storage" } as const;
  place.emulator.setFault({ on, times: 0, reply: refusal(404, "NoSuchBucket") });
  const { failures } = await failing(await makeFiles());
  const told = failures.map(({ path, error }): [string, AvalaError] => [path, error]);
  expect(told.length).toBeGreaterThanOrEqual(8);
  for (const [path, error] of told) expect(error.message).toContain(`Could not store ${path}: `);
});

test("a part that is refused once is sent again, and what was sent of its file counts once", async () => {
  await place.start();
  const file = await place.put("drive.mcap", randomBytes(12 * MIB));
  const on = { target: "storage", method: "PUT" } as const;
  place.emulator.setFault({ on, skip: 2, times: 1, reply: refusal(403, "AccessDenied") });
  const { avala } = sessionWith(place.emulator);
  const stateDirectory = join(place.folder, "state");
  const result = await uploadFiles(avala, { datasetName: "set", files: [file], stateDirectory });
  expect(result).toMatchObject({ isComplete: true, bytesSent: file.sizeBytes });
});

test("the hosts that refused, and their reasons, are counted", () => {
  const refused = (host: string, code: string): FileFailure => {
    const signed = { url: new URL(`https://${host}/`) };
    const reply = { status: 403, headers: {}, body: Buffer.from(`<Code>${code}</Code>`) };
    return { path: "a.jpg", error: storageError("store a.jpg", signed, reply, 0) };
  };
  const saidOf = (...inARow: FileFailure[]): string => {
    const last = inARow.at(-1);
    return last === undefined ? "" : endOfAll(last.error, inARow).message;
  };
  const [a, b, other] = [refused("a", "No"), refused("b", "No"), refused("a", "Other")];
  expect(saidOf(a, a, a)).toBe("a refused 3 files in a row (403, No).");
  expect(saidOf(a, b, a, b)).toBe("b and 1 other host refused 4 files in a row (403, No).");
  expect(saidOf(other, a, a)).toBe("a refused 3 files in a row (403, No; 1 other reason).");
  const lost = { path: "b.jpg", error: new AvalaError("network", "Lost.", { retryable: true }) };
  expect(saidOf(b, lost, a, a)).toBe("a refused 2 files in a row (403, No).");
  expect(saidOf(a, a, lost)).toBe("Lost.");
});
