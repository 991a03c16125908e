// A file that storage kept wrong by a PUT whose response was lost: no later run calls it complete by the dataset's name.
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";

const NAMES = ["one", "two", "three"];
const WRONG = "two.jpg";
const place = useActionPlace(
  Object.fromEntries(NAMES.map((name) => [`images/${name}.jpg`, jpeg(name)])),
  { ingestMs: 10, dialect: { uploadReply: "managed" } },
);

beforeEach(() => {
  const on = { target: "storage", method: "PUT", path: `*/${WRONG}` } as const;
  place.emulator.setFault({ on, store: "other", when: "after", drop: true });
});

const lacking = async (): Promise<readonly string[]> => {
  const kept = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
  const sha256Of = (name: string) => createHash("sha256").update(jpeg(name)).digest("hex");
  return NAMES.filter((name) => !kept.has(sha256Of(name)));
};

test("a growing set sends it in another dataset, and is complete then", async () => {
  const growing = { dataset: "pets-{increment}", files: "images" };
  const first = await place.act(growing);
  expect(first.outputs).toMatchObject({ outcome: "failed", complete: "false" });
  expect(await lacking()).toEqual(["two"]);
  const second = await place.act(growing);
  expect(second.outputs).toMatchObject({
    outcome: "uploaded",
    complete: "true",
    "files-uploaded": "1",
    unverified: "0",
  });
  expect(await lacking()).toEqual([]);
});

test("a version stays refused, also on a runner that knows nothing of it", async () => {
  const version = { dataset: "pets-{digest}", files: "images" };
  expect((await place.act(version)).outputs).toMatchObject({ outcome: "failed" });
  rmSync(place.tree.at(".state"), { recursive: true });
  const again = await place.act(version);
  expect(again.outputs).toMatchObject({ outcome: "failed", complete: "false" });
  expect(again.errors.join("\n")).toContain(WRONG);
});
