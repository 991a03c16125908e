import { currentJson } from "../../../src/operations/grow/current-json";

const plan = {
  current: [
    { path: "a", datasetUid: "p", itemPath: "a", sha256: "1" },
    { path: "b\n", datasetUid: "q", itemPath: "x", sha256: "2" },
  ],
  superseded: [{ path: "a", datasetUid: "q", why: "changed" as const }],
  moved: [{ path: "x", to: "b\n", datasetUid: "q" }],
  unverified: [],
  postponed: [{ path: "c", datasetUid: "p" }],
};

test("what is current is JSON, one entry a line", () => {
  const sets = [
    { name: "set-{increment}", datasetUids: ["p", "q"], plan },
    { name: "other-{increment}", datasetUids: [], plan },
  ];
  const text = [...currentJson(sets)].join("");
  const { current, superseded, moved, unverified, postponed } = plan;
  expect(JSON.parse(text)).toEqual({
    version: 1,
    sets: sets.map(({ name, datasetUids }) => ({
      ...{ name, datasetUids, current, superseded, moved, unverified, postponed },
    })),
  });
  expect(text.split("\n").filter((line) => line.includes("sha256"))).toHaveLength(4);
});

test("no set is JSON too", () => {
  expect(JSON.parse([...currentJson([])].join(""))).toEqual({ version: 1, sets: [] });
});
