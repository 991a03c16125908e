// A plan that is carried out a second time, as when the failed jobs of a run are run again.
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({
  "images/cats/one.jpg": jpeg("one"),
  "images/dogs/two.jpg": jpeg("two"),
});

const version = { dataset: "pets-{digest}", files: "images" };
const fixed = { dataset: "pets", files: "images" };

async function planOf(inputs: Record<string, string>): Promise<string> {
  const { outputs } = await place.act({ ...inputs, "dry-run": "true" });
  return outputs.plan ?? "";
}

function writes(): number {
  return place.emulator.requests().filter(({ method }) => method !== "GET").length;
}

test.each([
  ["a version", version],
  ["a fixed name whose content was compared", fixed],
])("does nothing where the dataset has exactly its content: %s", async (_what, inputs) => {
  const plan = await planOf(inputs);
  // It succeeded, and a later step of its job failed.
  await place.act({ ...inputs, plan });
  const before = writes();
  const { outputs, errors } = await place.act({ ...inputs, plan });
  expect(errors).toEqual([]);
  expect(outputs).toMatchObject({
    outcome: "unchanged",
    complete: "true",
    "files-uploaded": "0",
    "files-skipped": "2",
    "dataset-uid": place.emulator.datasets()[0]?.uid,
  });
  expect(writes()).toBe(before);
});

test("does nothing on another runner too, which has no record of the upload", async () => {
  const plan = await planOf(version);
  await place.act({ ...version, plan });
  const env = { AVALA_STATE_DIR: place.tree.at(".other-state") };
  const { outputs } = await place.act({ ...version, plan }, { env });
  expect(outputs).toMatchObject({ outcome: "unchanged", "files-uploaded": "0" });
});

test("is refused where nothing shows that a dataset of a fixed name has its content", async () => {
  await place.start({ etag: "opaque" });
  const plan = await planOf(fixed);
  await place.act({ ...fixed, plan });
  const env = { AVALA_STATE_DIR: place.tree.at(".other-state") };
  const { outputs, errors } = await place.act({ ...fixed, plan }, { env });
  expect(outputs).toMatchObject({ outcome: "invalid" });
  expect(errors[0]).toContain("did not exist when the plan was made");
});

test("sends what is left where only some of its datasets were made", async () => {
  const inputs = { ...version, dataset: "{folder}-{digest}", root: "images", files: "**" };
  const all = { ...inputs, "partition-depth": "1" };
  const plan = await planOf(all);
  // The confirm of the second one is refused, as often as it is tried.
  place.emulator.setFault({
    on: { method: "POST", path: "/datasets/manual-upload/" },
    skip: 1,
    times: 0,
    reply: { status: 422, body: { detail: "no" } },
  });
  const first = await place.act({ ...all, plan });
  expect(first.outputs).toMatchObject({ outcome: "failed" });
  expect(place.emulator.datasets()).toHaveLength(1);
  place.emulator.clearFaults();
  const { outputs, errors } = await place.act({ ...all, plan });
  expect(errors).toEqual([]);
  expect(outputs).toMatchObject({ outcome: "uploaded", complete: "true" });
  expect(place.emulator.datasets()).toHaveLength(2);
});
