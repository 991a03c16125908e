// A place that a PUT does not replace, where another machine's content came first: what a run took for its own is held against
// what lies there before anything is vouched for.
import { machineIn, type Content } from "../support/machines";
import { contentOf, rivalFiles } from "../support/rival-files";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 6;
const NAME = "set";
const TAKEN = "103.jpg";

const filesOf = (whose: string): Promise<Content> => rivalFiles(place, whose, { count: COUNT });

const leaveTheirs = (): Promise<unknown> =>
  place.emulator.leaveFile(`${NAME}/${TAKEN}`, contentOf("them", TAKEN));

const replaced = {
  code: "dataset",
  message: expect.stringMatching(
    /holds other content than this run sent:\n[^\n]*103\.jpg: of other content[^\n]*$/,
  ) as string,
};

function refusePut(times: number): void {
  const on = { target: "storage", method: "PUT", path: `*/${NAME}/${TAKEN}` } as const;
  place.emulator.setFault({ on, times, reply: { status: 503 } });
}

describe.each(["together", "apart"] as const)("where files lie %s", (batches) => {
  beforeEach(() => place.start({ dialect: { uploadReply: "managed", batches }, ingestMs: 0 }));

  test("a second try finds another machine's content, and takes it for that of its first", async () => {
    const files = await filesOf("ours");
    refusePut(1);
    let left: Promise<unknown> | undefined;
    const sleeps = (events: readonly { readonly kind: string }[]): Promise<unknown> | undefined =>
      events.some(({ kind }) => kind === "retry") ? (left ??= leaveTheirs()) : undefined;
    const run = machineIn(place, "one", { sleeps }).publish(files, NAME);
    await expect(run).rejects.toMatchObject(replaced);
  });

  test("a later run finds another machine's content where the journal says that its own was begun", async () => {
    const files = await filesOf("ours");
    refusePut(0);
    const stop = new AbortController();
    const cut = machineIn(place, "one", {
      signal: stop.signal,
      sleeps: (events) => {
        if (events.some(({ kind }) => kind === "retry")) stop.abort();
        return undefined;
      },
    }).publish(files, NAME);
    await expect(cut).rejects.toMatchObject({ code: "cancelled" });
    place.emulator.clearFaults();
    await leaveTheirs();
    const again = machineIn(place, "one").publish(files, NAME);
    await expect(again).rejects.toMatchObject(replaced);
  });

  test("a file that was stored before its run was cut off is known to be its own", async () => {
    const files = await filesOf("ours");
    const stop = new AbortController();
    const cut = machineIn(place, "one", {
      signal: stop.signal,
      holds: (route) => {
        if (route.endsWith("/complete/")) stop.abort();
        return undefined;
      },
    }).publish(files, NAME);
    await expect(cut).rejects.toMatchObject({ code: "cancelled" });
    const again = await machineIn(place, "one").publish(files, NAME);
    expect(again).toMatchObject({ outcome: "uploaded", unverified: 0 });
  });
});
