// Replies of 200 that something between cut, or gave in the API's place: a whole run ends as if they had come.
import type { FaultMatch } from "../../emulator";
import { useGrowingPlace } from "../support/growing-place";

const place = useGrowingPlace();
const JPG = ["a.jpg", "b.jpg"];

const bodies = [
  ["cut JSON", '{"uid": "0f', "application/json"],
  ["a web page", "<html>Sign in</html>", "text/html"],
] as const;

const calls: readonly (readonly [call: string, on: FaultMatch])[] = [
  ["list of datasets", { method: "GET", path: "/datasets/" }],
  ["user", { method: "GET", path: "/users/me/" }],
  ["presign", { method: "POST", path: "/datasets/manual-upload/file-upload-url/" }],
  ["completing", { method: "POST", path: "/datasets/manual-upload/uploads/*/complete/" }],
  ["confirm", { method: "POST", path: "/datasets/manual-upload/" }],
  ["dataset", { method: "GET", path: "/datasets/*-*-*-*-*/" }],
  ["items", { method: "GET", path: "/datasets/*/items/" }],
];

describe.each(bodies)("%s", (_what, body, type) => {
  test.each(calls)("in place of the reply to the %s ends no run", async (_call, on) => {
    await place.start({ ingestMs: 50, dialect: { uploadReply: "managed" } });
    for (const path of JPG) await place.put(path, `content of ${path}`);
    const reply = { status: 200, headers: { "content-type": type }, body };
    place.emulator.setFault({ on: { target: "api", ...on }, reply, when: "after" });
    await place.run();
    expect(place.items()).toEqual(JPG);
    expect(place.emulator.requests().filter((one) => one.fault !== undefined)).toHaveLength(1);
  });
});
