// A store whose clock is ahead, so that each URL for the file of an export has ended when it is used: a wait mends no clock.
import { join } from "node:path";
import { Readable } from "node:stream";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import { startExport, waitForExport } from "../../src/operations/export";
import { downloadExport } from "../../src/operations/export-download";
import { sessionWith } from "../support/session";
import { rejectionOf } from "../support/thrown";
import { useUploadPlace } from "../support/upload-place";
import { virtualClock } from "../support/virtual-clock";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const EXPIRED = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";

const place = useUploadPlace();

test.each([
  ["from the first fetch on", 0],
  ["after an outage of the store", 12],
])(
  "the download ends soon and names the clocks where all URLs have ended %s",
  async (_when, out) => {
    await place.start({ exportMs: 0 });
    const project = place.emulator.addProject("lanes");
    const clock = virtualClock(Date.now());
    const storage = createStorageTransport({});
    let fetches = 0;
    const open: typeof storage.open = async () => {
      fetches += 1;
      const status = fetches > out ? 403 : 503;
      const date = new Date(clock.now() + 2 * DAY_MS).toUTCString();
      return { status, headers: { date }, body: Readable.from([Buffer.from(EXPIRED)]) };
    };
    const { avala } = sessionWith(place.emulator, {
      ports: { clock, storage: { ...storage, open } },
    });
    const started = startExport(avala, {
      ...{ name: "release", format: "avala-json-external", projects: [project.uid] },
      ...{ datasets: [], slices: [] },
    });
    const { uid } = await clock.run(started);
    await clock.run(waitForExport(avala, uid, { timeoutMs: 10_000 }));

    const startedMs = clock.now();
    const fetched = downloadExport(avala, uid, {
      toFile: join(place.folder, "export.json"),
      patienceMs: () => HOUR_MS,
    });
    expect(await clock.run(rejectionOf(fetched))).toMatchObject({
      code: "storage_expired",
      message: expect.stringMatching(/valid until .*the store's clock says/) as string,
      hint: expect.stringMatching(/clock/) as string,
    });
    expect(clock.now() - startedMs).toBeLessThan(10 * 60_000);
    expect(fetches - out).toBeLessThanOrEqual(16);
  },
);
