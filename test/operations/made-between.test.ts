// A dataset that another run of the same state folder makes after it was decided to make it, and before the first file goes. What
// that run left in the journal contradicts nothing of ours.
import { decidePublish } from "../../src/operations/publish/decide";
import { carryOut } from "../../src/operations/publish/publish";
import type { PublishTarget } from "../../src/operations/publish/target";
import type { UploadFile } from "../../src/upload/request";
import { uploadFiles } from "../../src/upload/run";
import { confirm } from "../support/emulator";
import { interrupted } from "../support/interrupted";
import { sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();
const NAME = "set";
const PRESIGN = "/datasets/manual-upload/file-upload-url/";

beforeEach(() => place.start({ ingestMs: 0 }));

const options = () => ({ waitMs: () => 5000, stateDirectory: place.folder });
const targetOf = (files: readonly UploadFile[]): PublishTarget => ({
  files,
  dataset: { name: NAME, slug: NAME, dataType: "image" },
  ifExists: "verify",
});
const fileOf = (path: string): Promise<UploadFile> => place.put(path, Buffer.from(path));
const unhashed = async (path: string): Promise<UploadFile> => {
  const { absolutePath, sizeBytes } = await fileOf(path);
  return { path, absolutePath, sizeBytes };
};
const callsTo = (wanted: string): number =>
  place.emulator.requests().filter(({ path }) => path === wanted).length;

/** Ends before its dataset is settled, so its journal stays. */
async function makeOf(files: readonly UploadFile[]): Promise<void> {
  const { avala } = sessionWith(place.emulator);
  await uploadFiles(avala, { datasetName: NAME, files, stateDirectory: place.folder });
  await confirm(place.emulator, { name: NAME, slug: NAME });
}

test.each([
  ["some of the same files", ["a.jpg"], fileOf],
  ["other files", ["c.jpg"], fileOf],
  ["some of the same files, whose digests are not known", ["a.jpg"], unhashed],
] as const)("sends nothing where that is made of %s", async (_what, theirs, make) => {
  const ours = await Promise.all(["a.jpg", "b.jpg"].map(make));
  const { avala } = sessionWith(place.emulator);
  const decision = await decidePublish(avala, targetOf(ours), options());
  await makeOf(await Promise.all(theirs.map(make)));
  const before = callsTo(PRESIGN);
  await expect(carryOut(avala, decision, options())).rejects.toMatchObject({ code: "conflict" });
  expect(callsTo(PRESIGN)).toBe(before);
});

test("does not look again for files that an earlier run of the same set began to send", async () => {
  const ours = await Promise.all(["a.jpg", "b.jpg"].map(fileOf));
  const stop = new AbortController();
  const first = sessionWith(place.emulator, { signal: stop.signal });
  const dies = interrupted(first.avala, async () => stop.abort());
  await expect(
    carryOut(dies, await decidePublish(dies, targetOf(ours), options()), options()),
  ).rejects.toMatchObject({ code: "cancelled" });
  const { avala } = sessionWith(place.emulator);
  const decision = await decidePublish(avala, targetOf(ours), options());
  const before = callsTo("/datasets/");
  expect(before).toBeGreaterThan(0);
  await carryOut(avala, decision, options());
  expect(callsTo("/datasets/")).toBe(before);
});
