// A session in which a file was sent, and that the server has replaced by the time at which it is to be completed once more: the other
// one has nothing of the file.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Avala } from "../../src/api/connection";
import { uploadFiles } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { MIB, useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const NAME = "large.mp4";
const OTHER_BATCH = "4b0a0e62-0000-4000-8000-00000000abcd";

/** Refuses the completions of the first session of the large file, and gives it another one as soon as it asks after both. */
function replacing(avala: Avala): Avala {
  let first: string | undefined;
  let refused = 0;
  const call: Avala["call"] = async (request) => {
    if (request.route.endsWith("/complete/") && request.path.at(-2) === first) refused += 1;
    const body = request.body as { readonly file_path_in_dataset?: string } | undefined;
    if (body?.file_path_in_dataset !== NAME) return avala.call(request);
    const isReplaced = refused >= 2;
    const asked = isReplaced ? { ...body, dataset_upload_uid: OTHER_BATCH } : body;
    const reply = await avala.call({ ...request, body: asked });
    if (first !== undefined) return reply;
    first = (reply.json as { readonly upload_uid: string }).upload_uid;
    place.emulator.setFault({
      on: { path: `*/uploads/${first}/complete/` },
      times: 0,
      reply: { status: 404, body: { detail: "Not found." } },
    });
    return reply;
  };
  return { ...avala, call };
}

test("a file that was sent in another session is sent in the one that takes its place", async () => {
  await place.start();
  const small = ["a", "b", "c"].map((name) => place.put(`${name}.jpg`, Buffer.from(name)));
  const files = [...(await Promise.all(small)), await place.put(NAME, randomBytes(6 * MIB))];
  const { avala } = sessionWith(place.emulator);
  const stateDirectory = join(place.folder, "state");
  const request = { datasetName: "set", files, stateDirectory, concurrency: 4 };
  expect(await uploadFiles(replacing(avala), request)).toMatchObject({
    isComplete: true,
    sent: { length: files.length },
  });
  const names = (await place.emulator.objects()).map(({ key }) => key.split("/").at(-1));
  expect(names).toContain(NAME);
});
