// The server's session of a large file, when something happens to it under us: another run completes it, it loses a part,
// its parts are not signed.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { diskWithoutLocks, sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

function upload(files: UploadFile[], avala?: Avala, state = "state"): Promise<UploadResult> {
  return uploadFiles(avala ?? sessionWith(place.emulator).avala, {
    datasetName: "set",
    files,
    stateDirectory: join(place.folder, state),
    concurrency: 1,
  });
}

async function stored(): Promise<Record<string, string>> {
  const objects = await place.emulator.objects();
  return Object.fromEntries(
    objects.map(({ key, sha256 }) => [key.split("/").at(-1) ?? "", sha256]),
  );
}

function calls(path: string): number {
  return place.emulator.requests().filter((entry) => entry.path.endsWith(path)).length;
}

function withoutLocks(): ReturnType<typeof sessionWith> {
  return sessionWith(place.emulator, { ports: { disk: diskWithoutLocks } });
}

/**
 * A session in which `first` happens once, right before the first request that `isDue`. The other run does not see its
 * lock, as on another machine.
 */
function interrupted(
  on: "api" | "storage",
  isDue: (url: string) => boolean,
  first: () => Promise<unknown>,
): Avala {
  let other: Promise<unknown> | undefined;
  const { avala } = withoutLocks();
  if (on === "storage") {
    const send: Avala["storage"]["send"] = async (request) => {
      if (isDue(request.url)) await (other ??= first());
      return avala.storage.send(request);
    };
    return { ...avala, storage: { ...avala.storage, send } };
  }
  const call: Avala["call"] = async (request) => {
    if (isDue(request.route)) await (other ??= first());
    return avala.call(request);
  };
  return { ...avala, call };
}

describe("two runs at once with one large file", () => {
  const places = [
    { name: "our signing", on: "api" as const, isDue: (route: string) => /parts\/$/.test(route) },
    { name: "our first part", on: "storage" as const, isDue: () => true },
    {
      name: "our completion",
      on: "api" as const,
      isDue: (route: string) => /complete\/$/.test(route),
    },
  ];
  for (const state of ["state", "elsewhere"]) {
    const journal = state === "state" ? "one journal" : "a journal each";
    test.each(places)(
      `both succeed with ${journal} when the other completes it before $name`,
      async ({ on, isDue }) => {
        await place.start();
        const file = await place.put("a.mcap", randomBytes(5 * MIB + 1));
        let other: UploadResult | undefined;
        const avala = interrupted(on, isDue, async () => {
          other = await upload([file], withoutLocks().avala, state);
        });
        expect(await upload([file], avala)).toMatchObject({ isComplete: true });
        expect(other).toMatchObject({ isComplete: true });
        expect(await stored()).toEqual({ "a.mcap": file.sha256 });
      },
    );
  }

  test("nothing is sent again when the journal tells that the other run landed it", async () => {
    await place.start();
    const file = await place.put("a.mcap", randomBytes(5 * MIB + 1));
    const isDue = (): boolean => true;
    const avala = interrupted("storage", isDue, () => upload([file], withoutLocks().avala));
    const result = await upload([file], avala);
    expect(result).toMatchObject({ isComplete: true, bytesSent: 0 });
    expect(await stored()).toEqual({ "a.mcap": file.sha256 });
  });
});

describe("a call that signs fewer parts than asked", () => {
  test("is used for those, and the others are asked for again", async () => {
    await place.start({ dialect: { uploadReply: "managed", parts: "few" } });
    const file = await place.put("a.mcap", randomBytes(25 * MIB + 1));
    expect(await upload([file])).toMatchObject({ isComplete: true, bytesSent: 25 * MIB + 1 });
    expect(await stored()).toEqual({ "a.mcap": file.sha256 });
    expect(calls("/parts/")).toBe(3);
  });

  const signingOnly = (choose: (asked: readonly number[]) => readonly number[]): Avala => {
    const { avala } = sessionWith(place.emulator);
    const call: Avala["call"] = (request) => {
      if (!request.route.endsWith("/parts/")) return avala.call(request);
      const { part_numbers: asked } = request.body as { part_numbers: readonly number[] };
      return avala.call({ ...request, body: { part_numbers: choose(asked) } });
    };
    return { ...avala, call };
  };

  test("is followed by calls for one each, where it leaves out the first", async () => {
    await place.start();
    const file = await place.put("a.mcap", randomBytes(15 * MIB + 1));
    const avala = signingOnly((asked) => asked.slice(-1));
    expect(await upload([file], avala)).toMatchObject({ isComplete: true });
    expect(await stored()).toEqual({ "a.mcap": file.sha256 });
  });
});

describe("a server that loses a part", () => {
  test("is sent the part again, and every file lands", async () => {
    await place.start({ etag: "opaque" });
    const files = [
      await place.put("a.mcap", randomBytes(5 * MIB + 1)),
      ...(await Promise.all(
        ["x.mcap", "y.mcap"].map((name) => place.put(name, Buffer.from(name))),
      )),
    ];
    place.emulator.setFault({ on: { target: "storage", method: "PUT" }, store: "nothing" });
    const result = await upload(files);
    const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(result).toMatchObject({ isComplete: true, bytesSent: bytes });
    expect(Object.keys(await stored())).toHaveLength(3);
  });

  test("again and again fails that file alone", async () => {
    await place.start({ etag: "opaque" });
    const files = [
      await place.put("a.mcap", randomBytes(5 * MIB + 1)),
      ...(await Promise.all(
        ["x.mcap", "y.mcap"].map((name) => place.put(name, Buffer.from(name))),
      )),
    ];
    place.emulator.setFault({
      on: { target: "storage", method: "PUT", path: "*a.mcap" },
      times: 0,
      store: "nothing",
    });
    await expect(upload(files)).rejects.toMatchObject({
      code: "upload",
      failures: [{ path: "a.mcap", error: { code: "storage" } }],
      landed: [{ path: "x.mcap" }, { path: "y.mcap" }],
    });
    // Two sessions of three batches, and the other files in each.
    expect(calls("/complete/")).toBeLessThanOrEqual(12);
  });
});

describe("tries", () => {
  test("to sign a part are eight", async () => {
    await place.start();
    place.emulator.setFault({ on: { path: "*/parts/" }, times: 0, reply: { status: 503 } });
    await expect(
      upload([await place.put("a.mcap", randomBytes(5 * MIB + 1))]),
    ).rejects.toMatchObject({
      failures: [{ error: { code: "server" } }],
    });
    // Each of its two parts asks for itself at most.
    expect(calls("/parts/")).toBeLessThanOrEqual(16);
    expect(calls("/parts/")).toBeGreaterThanOrEqual(8);
  });

  test("to presign a file that goes by one PUT again are eight, with its first", async () => {
    await place.start({ multipartFromBytes: 100 * MIB });
    const path = "*/file-upload-url/";
    place.emulator.setFault({ on: { target: "storage", method: "PUT" }, drop: true });
    place.emulator.setFault({ on: { path }, skip: 1, times: 0, reply: { status: 503 } });
    await expect(upload([await place.put("a.mcap", randomBytes(2 * MIB))])).rejects.toMatchObject({
      failures: [{ error: { code: "server" } }],
    });
    expect(calls("/file-upload-url/")).toBe(8);
  });
});
