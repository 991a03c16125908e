import { ApiError, AvalaError } from "../../src/errors";
import { createRetryTally, describeRetries } from "../../src/flow/retry-tally";

const away = new ApiError("server", "The server is away.", { status: 503, route: "GET /x/" });
const busy = new ApiError("server", "The server fails.", { status: 500, route: "GET /x/" });
const lost = new AvalaError("network", "The connection was lost.");

test("counts by code and status, the most frequent first, each with its first example", () => {
  const tally = createRetryTally();
  tally.note({ what: "upload a.jpg", error: lost });
  tally.note({ what: "upload b.jpg", error: away });
  tally.note({ what: "upload c.jpg", error: busy });
  tally.note({ what: "upload d.jpg", error: away });
  expect(tally.total).toBe(4);
  expect(tally.causes()).toEqual([
    { code: "server", status: 503, count: 2, example: "upload b.jpg: The server is away." },
    { code: "network", count: 1, example: "upload a.jpg: The connection was lost." },
    { code: "server", status: 500, count: 1, example: "upload c.jpg: The server fails." },
  ]);
  expect(describeRetries(tally.causes())).toBe("2 × server (503), 1 × network, 1 × server (500)");
});

test("is empty where nothing was tried again", () => {
  const tally = createRetryTally();
  expect([tally.total, tally.causes(), describeRetries(tally.causes())]).toEqual([0, [], ""]);
});

test("names a cause in words", () => {
  const tally = createRetryTally();
  const error = new ApiError("rate_limited", "Too many.", { status: 429, route: "GET /x/" });
  tally.note({ what: "presign a.jpg", error });
  tally.note({ what: "read b", error: new AvalaError("bad_reply", "No JSON.") });
  expect(describeRetries(tally.causes())).toBe("1 × rate limit (429), 1 × bad reply");
});
