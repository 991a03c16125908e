// What a running upload reports while nothing goes forward.
import { AvalaError } from "../../src/errors";
import type { AvalaEvent } from "../../src/events";
import { createRetryTally } from "../../src/flow/retry-tally";
import { trackProgress } from "../../src/upload/progress";
import { reportWaits } from "../../src/upload/report-waits";
import { sessionWith } from "../support/session";

const NOWHERE = { baseUrl: "http://127.0.0.1:9/api/v1", storageUrl: "http://127.0.0.1:9" };

afterEach(() => void jest.useRealTimers());

test("is reported while a store refuses each try, without a time left that it does not keep", () => {
  jest.useFakeTimers();
  const { avala, events } = sessionWith({ ...NOWHERE, apiKey: "avk_0" });
  const progress = trackProgress({ files: 40, bytes: 4000 }, () => Date.now(), avala.pace);
  const retries = createRetryTally();
  const end = reportWaits({ avala, batch: { progress }, retries });
  progress.beginFile();
  progress.addBytes(100);
  progress.addFile("sent", 100);
  const error = new AvalaError("storage", "refused", { retryable: true, isThrottled: true });
  for (let second = 0; second < 60; second += 1) {
    retries.note({ what: "upload a.jpg", error });
    jest.advanceTimersByTime(1000);
  }
  const told = events.flatMap((event: AvalaEvent) =>
    event.kind === "upload-progress" ? [event.progress] : [],
  );
  expect(told).toHaveLength(12);
  expect(told.at(-1)).toMatchObject({ filesSent: 1, isWaitingForLimit: false });
  expect(told.at(-1)).not.toHaveProperty("secondsLeft");
  jest.advanceTimersByTime(60_000);
  expect(events).toHaveLength(12);
  end();
});
