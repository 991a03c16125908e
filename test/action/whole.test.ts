// What a step says of several datasets that it sends one after the other.
import { tellWhole } from "../../action/upload/whole";
import type { AvalaEvent, UploadProgress } from "../../src/events";
import type { Target } from "../../action/selection/selection";
import { noCounts } from "../../src/upload/estimate";
import { scripted } from "../support/scripted-transport";

const targetOf = (folder: string): Target =>
  ({ folder, name: `training-${folder}` }) as unknown as Target;
const [cats, dogs] = [targetOf("cats"), targetOf("dogs")];
const files = [{ sizeBytes: 10 }, { sizeBytes: 10 }];
const dataset = { uid: "b9e0366d", slug: "c", name: "c", status: "created", itemCount: 2 };

const wait: AvalaEvent = { kind: "limit-wait", what: "read dataset b9e0366d", waitMs: 44_000 };

function sent(filesSent: number): AvalaEvent {
  const progress: UploadProgress = {
    ...noCounts({ files: 2, bytes: 20 }),
    ...{ filesBegun: filesSent, filesSent, bytesSent: 10 * filesSent },
    ...{ bytesPerSecond: 0, isWaitingForLimit: false, isBoundByCalls: false },
  };
  return { kind: "upload-progress", progress };
}

test("lines of several are of all their files, and so is what waits between them", () => {
  const { avala } = scripted([]);
  const results = { datasets: [{ target: cats, dataset }] };
  const toSend = [cats, dogs].map((target) => ({ target, files }));
  const tell = tellWhole(avala, results, toSend);
  expect(tell(cats, sent(2))).toMatchObject({
    progress: { filesTotal: 4, filesSent: 2, part: { name: "cats", number: 1, count: 2 } },
  });
  expect(tell(cats, wait)).toMatchObject({ kind: "upload-progress", progress: { filesTotal: 4 } });
  tell(dogs, sent(2));
  expect(tell(cats, wait)).toEqual({ ...wait, what: "read dataset training-cats" });
});

test("one has lines of its own", () => {
  const { avala } = scripted([]);
  const toSend = [
    { target: cats, files },
    { target: dogs, files: [] },
  ];
  const tell = tellWhole(avala, { datasets: [] }, toSend);
  expect(tell(cats, sent(1))).toEqual(sent(1));
  expect(tell(cats, wait)).toEqual(wait);
});
