// What a run says and keeps when Avala refuses, forgets or puts off what follows an accepted confirm.
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { deleteDataset } from "../../src/api/endpoints/datasets/datasets";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishResult } from "../../src/operations/publish/target";
import { WITH_CHANGES } from "../support/dialects";
import { sessionWith } from "../support/session";
import { rejectionOf } from "../support/thrown";
import { useUploadPlace } from "../support/upload-place";
import { virtualClock } from "../support/virtual-clock";

const place = useUploadPlace();

const DATASET = "/datasets/*-*-*-*-*/";
const ITEMS = "*/items/";
const CONFIRM = { method: "POST", path: "/datasets/manual-upload/" } as const;

async function publish(avala: Avala): Promise<PublishResult> {
  const names = ["a.jpg", "b.jpg", "c.jpg"];
  const files = await Promise.all(names.map((name) => place.put(name, Buffer.from(name))));
  const dataset = { name: "training", slug: "training", dataType: "image" } as const;
  const options = { waitMs: () => 60_000, stateDirectory: join(place.folder, "state") };
  return publishDataset(avala, { files, dataset, ifExists: "verify" }, options);
}

const REACHED =
  /^All 3 files of training have landed, and its confirm was accepted \(uid \S+\)\. Could not /;

test.each([
  ["403 for the dataset", 403, DATASET, "permission"],
  ["401 for the dataset", 401, DATASET, "authentication"],
  ["401 for its items", 401, ITEMS, "authentication"],
  ["404 for the dataset as soon as it is read", 404, DATASET, "not_found"],
])("a %s does not hide what was reached", async (_what, status, path, code) => {
  await place.start({ ingestMs: 20 });
  place.emulator.setFault({ on: { method: "GET", path }, times: 0, reply: { status, body: {} } });
  const error = await rejectionOf(publish(sessionWith(place.emulator).avala));
  expect(error).toMatchObject({
    ...{ code, status, requestId: expect.any(String) as string, retryable: false },
    message: expect.stringMatching(
      status === 404 ? /have landed, .*does not know it/ : REACHED,
    ) as string,
  });
});

/** A session in which someone deletes each dataset once it was read. */
function deleting(): Avala {
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = async (request) => {
    const read = await avala.call(request);
    if (request.route === "GET /datasets/{uid}/")
      await deleteDataset(avala, { owner: "emulator", slug: "training" });
    return read;
  };
  return { ...avala, call };
}

test("a dataset that is deleted while it is waited for was there and is gone, and the next run makes it again", async () => {
  await place.start({ ingestMs: 200, ...WITH_CHANGES });
  const error = await rejectionOf(publish(deleting()));
  expect(error).toMatchObject({
    ...{ code: "not_found", status: 404 },
    message: expect.stringMatching(/have landed, .* was there .*, and is gone now/) as string,
    hint: expect.stringMatching(/deleted it.*run again/) as string,
  });
  expect(String(error)).not.toContain("does not know it");

  const { avala } = sessionWith(place.emulator);
  expect(await publish(avala)).toMatchObject({ outcome: "uploaded", unverified: 0 });
});

test("what the server said of a confirm that it refused is kept", async () => {
  await place.start();
  const reply = { status: 400, body: { visibility: ["not allowed"] } };
  place.emulator.setFault({ on: CONFIRM, times: 0, reply });
  const error = await rejectionOf(publish(sessionWith(place.emulator).avala));
  expect(error).toMatchObject({
    ...{ code: "validation", status: 400, requestId: expect.any(String) as string },
    ...{ fields: { visibility: ["not allowed"] }, retryable: false },
    message: expect.stringMatching(/^Avala made no dataset training: /) as string,
    hint: expect.stringMatching(/make it private/) as string,
  });
});

test("the look whose dataset it is ends in time, where the reply to its confirm was lost", async () => {
  await place.start({ dialect: { uploadReply: "form", ownerName: "null" } });
  place.emulator.setFault({ on: CONFIRM, drop: true, when: "after" });
  const on = { method: "GET", path: "/datasets/*/training/" };
  const reply = { status: 429, headers: { "Retry-After": "20" } };
  place.emulator.setFault({ on, skip: 1, times: 0, reply });
  const clock = virtualClock(Date.now());
  const startedMs = clock.now();
  const { avala } = sessionWith(place.emulator, { ports: { clock } });
  const error = await clock.run(rejectionOf(publish(avala)));
  expect(error).toMatchObject({
    code: "timeout",
    message: expect.stringMatching(
      /have landed, and the dataset is there, though its confirm got no reply \(uid .*429/,
    ) as string,
  });
  expect(clock.now() - startedMs).toBeLessThan(2 * 60_000);
});
