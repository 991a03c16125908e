// A file whose open session is called gone waits to be asked about again: not until all others are sent, and not past a deadline.
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import type { AvalaEvent } from "../../src/events";
import type { UploadFile } from "../../src/upload/request";
import type { UploadResult } from "../../src/upload/result";
import { uploadFiles } from "../../src/upload/run";
import { PRESIGN, makeFiles, waitingClock } from "../support/completions";
import { sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const COUNT = 40;
const LANDED = 4;

interface How {
  /** From the start. */
  readonly deadlineMs?: number;
  /** How long each presign takes. */
  readonly callMs?: number;
  /** Called gone, in the batch of the first presign. */
  readonly gone?: string;
}

interface Sending {
  readonly upload: () => Promise<UploadResult>;
  readonly asked: string[];
  readonly events: readonly AvalaEvent[];
}

function sending(
  files: readonly UploadFile[],
  { deadlineMs, callMs = 0, gone }: How = {},
): Sending {
  const clock = waitingClock();
  const endMs = deadlineMs === undefined ? undefined : clock.now() + deadlineMs;
  const { avala, events } = sessionWith(place.emulator, { ports: { clock } });
  const asked: string[] = [];
  let old: string | undefined;
  const call: Avala["call"] = async (request) => {
    if (!request.route.endsWith(PRESIGN)) return avala.call(request);
    const body = request.body as { file_path_in_dataset: string; dataset_upload_uid?: string };
    old ??= body.dataset_upload_uid;
    asked.push(body.file_path_in_dataset);
    await clock.sleep(callMs);
    if (body.file_path_in_dataset === gone && body.dataset_upload_uid === old)
      place.emulator.setFault({
        on: { path: PRESIGN },
        reply: { status: 410, body: { detail: "Upload session expired." } },
      });
    return avala.call(request);
  };
  const stateDirectory = join(place.folder, "state");
  const request = { datasetName: "set", files, stateDirectory, concurrency: 1 };
  const upload = (): Promise<UploadResult> =>
    uploadFiles({ ...avala, call, deadlineMs: endMs }, request);
  return { upload, asked, events };
}

/** The file whose session a run has left open that was cut off before it was completed. */
async function leaveOpen(files: readonly UploadFile[]): Promise<string> {
  await place.start();
  const on = { path: "*/complete/" };
  place.emulator.setFault({ on, skip: LANDED, times: 0, reply: { status: 401, body: {} } });
  const cut = sending(files);
  await expect(cut.upload()).rejects.toMatchObject({ code: "authentication" });
  place.emulator.clearFaults();
  const path = cut.asked.at(-1);
  if (path === undefined) throw new Error("Nothing was asked for.");
  return path;
}

const stored = (): number =>
  place.emulator.requests().filter(({ target }) => target === "storage").length;

test("a batch that is given up for it is so before all other files have gone in it", async () => {
  const files = await makeFiles(place, COUNT);
  const gone = await leaveOpen(files);
  const before = stored();
  const run = sending(files, { gone, callMs: 1000 });
  expect(await run.upload()).toMatchObject({ isComplete: true });
  expect(stored() - before).toBeLessThan(COUNT + 15);
});

test("where a deadline leaves no time to ask again, it is left for the next run", async () => {
  const files = await makeFiles(place, COUNT);
  const gone = await leaveOpen(files);
  const run = sending(files, { gone, deadlineMs: 6000 });
  expect(await run.upload()).toMatchObject({
    isComplete: false,
    sent: { length: COUNT - LANDED - 1 },
  });
  const left = run.events.filter((event) => event.kind === "warning").map(({ text }) => text);
  expect(left).toContainEqual(expect.stringContaining(`Left for the next run: ${gone}`));
  expect(await sending(files).upload()).toMatchObject({ isComplete: true });
});
