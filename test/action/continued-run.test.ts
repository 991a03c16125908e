// What a run says that continues an interrupted one: of the whole set, and not only of what it sends itself.
import { setTimeout as sleep } from "node:timers/promises";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const NAMES = ["a", "b", "c", "d", "e"];
const place = useActionPlace(
  Object.fromEntries(NAMES.map((name) => [`images/${name}.jpg`, jpeg(name)])),
);

const uploading = { dataset: "pets-{digest}", files: "images", concurrency: "1" };

const sentToStorage = (): number =>
  place.emulator
    .requests()
    .filter(({ target, method }) => target === "storage" && method === "POST").length;
const presigned = (): number =>
  place.emulator.requests().filter(({ path }) => path.endsWith("/file-upload-url/")).length;

/** Runs the step and cancels it as soon as `isTime`. */
async function cancelWhen(isTime: () => boolean, inputs = uploading): Promise<Recorded> {
  const controller = new AbortController();
  const acted = place.act(inputs, { signal: controller.signal });
  while (!isTime()) await sleep(5);
  await sleep(20);
  controller.abort();
  return acted;
}

/** Lands `count` files, and is cancelled while the next one is sent. */
async function land(count: number): Promise<Recorded> {
  const before = sentToStorage();
  const on = { target: "storage", method: "POST" } as const;
  place.emulator.setFault({ on, skip: count, times: 0, stall: true });
  const recorded = await cancelWhen(() => sentToStorage() === before + count + 1);
  place.emulator.clearFaults();
  return recorded;
}

const toSendOf = ({ lines }: Recorded): string =>
  lines.find((line) => line.startsWith("To send")) ?? "";

test("it sends what is left, and says so", async () => {
  await land(2);
  const recorded = await place.act(uploading);
  expect(toSendOf(recorded)).toMatch(/^To send: 3 files, /);
  expect(toSendOf(recorded)).toContain("2 of 5 files landed in an earlier run.");
  expect(recorded.outputs).toMatchObject({ "files-uploaded": "3", "files-skipped": "2" });
});

test("so does a dry run", async () => {
  await land(2);
  const { lines } = await place.act({ ...uploading, "dry-run": "true" });
  const line = lines.find((one) => one.startsWith("Dry run")) ?? "";
  expect(line).toContain("It would be 3 files, ");
  expect(line).toContain("2 of 5 files landed in an earlier run.");
});

test("where all has landed, nothing is to be sent", async () => {
  place.emulator.setFault({ on: { path: "*/manual-upload/" }, times: 0, stall: true });
  await cancelWhen(() => sentToStorage() === 5);
  place.emulator.clearFaults();
  const recorded = await place.act(uploading);
  expect(toSendOf(recorded)).toBe("To send: nothing; 5 of 5 files landed in an earlier run.");
});

test("cancelled again, it says what has landed in all", async () => {
  await land(2);
  const { errors } = await land(1);
  expect(errors[0]).toContain("Landed: 3 of 5 files, ");
});

test("cancelled before its first byte, it says what has landed before", async () => {
  await land(2);
  const before = presigned();
  place.emulator.setFault({ on: { path: "*/file-upload-url/" }, times: 0, stall: true });
  const { errors } = await cancelWhen(() => presigned() > before);
  expect(errors[0]).toContain("Landed: 2 of 5 files, ");
  expect(errors[0]).toContain("Run again: what has landed is not sent again.");
});

test("cancelled before it has looked, it does not speak of starting over", async () => {
  await land(2);
  const isAsked = (): boolean =>
    place.emulator.requests().filter(({ path }) => path.endsWith("/datasets/")).length > 1;
  place.emulator.setFault({ on: { path: "/datasets/" }, times: 0, stall: true });
  const { errors } = await cancelWhen(isAsked);
  expect(errors[0]).toContain("This run has sent nothing.\nRun again to continue.");
});

test("a first look calls no file unchanged", async () => {
  const { lines } = await place.act(uploading);
  expect(lines.join("\n")).not.toContain("not read again");
});
