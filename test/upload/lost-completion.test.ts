// A completion of which the reply was lost: what the server has done counts, in whatever words it refuses to do it again. What it
// refuses itself does not.
import type { UploadResult } from "../../src/upload/result";
import {
  COUNT,
  makeFiles,
  refusal,
  running,
  type Completion,
  type Trouble,
} from "../support/completions";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

describe("a completion whose reply was lost, and that is refused from then on", () => {
  test.each([
    [400, "This upload was already completed."],
    [409, "Upload is in state COMPLETED."],
    [409, "Conflict."],
    [404, "Not found."],
  ])("with a %i (%s) counts", async (status, detail) => {
    await place.start();
    const lost = [
      { drop: true, when: "after" },
      { ...refusal(status, detail), skip: 1, times: 0 },
    ] as const;
    const run = running(place, await makeFiles(place), ({ count }) => (count === 12 ? lost : []));
    expect(await run.upload()).toMatchObject({ isComplete: true, sent: { length: COUNT } });
    expect(new Set(run.presigned).size).toBe(1);
    expect(run.waitedMs()).toBeLessThan(8000);
  });

  test("in the run before counts where the server says that it is complete", async () => {
    await place.start();
    const files = await makeFiles(place);
    let done: string | undefined;
    const cut = running(place, files, ({ uid, count }) => {
      if (count !== 12) return [];
      done = uid;
      return [
        { drop: true, when: "after" },
        { ...refusal(401, "No such key."), skip: 1, times: 0 },
      ];
    });
    await expect(cut.upload()).rejects.toMatchObject({ code: "authentication" });
    place.emulator.clearFaults();
    const run = running(place, files, ({ uid }) =>
      uid === done ? [refusal(400, "This upload was already completed.")] : [],
    );
    expect(await run.upload()).toMatchObject({ isComplete: true });
  });
});

describe("a file that is refused in plain words fails, though the server calls complete what has all its bytes", () => {
  const before: readonly (readonly [string, readonly Trouble[]])[] = [
    ["at once", []],
    ["after a 503", [{ reply: { status: 503 }, times: 1 }]],
    ["after a connection that broke", [{ drop: true, when: "before", times: 1 }]],
  ];
  test.each(before)("%s", async (_when, first) => {
    await place.start();
    const corrupt = new Set<string>();
    const troubleOf = ({ uid, count }: Completion): readonly Trouble[] => {
      if (count !== 12) return [];
      corrupt.add(uid);
      return [...first, { ...refusal(422, "The file is corrupt."), skip: first.length, times: 0 }];
    };
    const run = running(place, await makeFiles(place), troubleOf, { calledComplete: corrupt });
    await expect(run.upload()).rejects.toMatchObject({
      landed: { length: COUNT - 1 },
      failures: [{ error: { message: expect.stringContaining("The file is corrupt") as string } }],
    });
  });
});

/** Its completion meets `status` once, then conflicts, and the server calls it complete. */
async function metOnceBy(status: number): Promise<UploadResult> {
  await place.start();
  const done = new Set<string>();
  const troubleOf = ({ uid, count }: Completion): readonly Trouble[] => {
    if (count !== 12) return [];
    done.add(uid);
    const reply = { status, headers: { "retry-after": "1" } };
    return [
      { reply, times: 1 },
      { ...refusal(409, "Conflict."), skip: 1, times: 0 },
    ];
  };
  return running(place, await makeFiles(place), troubleOf, { calledComplete: done }).upload();
}

test.each([503, 429])("a %i that is read is no lost reply", async (status) => {
  await expect(metOnceBy(status)).rejects.toMatchObject({ failures: [{}] });
});

test.each([502, 504, 520, 524])("a %i of what stands before the server is one", async (status) => {
  expect(await metOnceBy(status)).toMatchObject({ isComplete: true });
});
