// Breaks an upload at every operation in every way that it can break, and holds docs/faults.md to what happened.
// `AVALA_WRITE_DOCS=1` writes the table.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BREAKS,
  breakPoint,
  canBreak,
  listPoints,
  type Break,
  type Outcome,
  type Point,
} from "./points";
import type { withSmallParts } from "./small-parts";

jest.mock("../../src/api/limits", () =>
  jest
    .requireActual<{ withSmallParts: typeof withSmallParts }>("./small-parts")
    .withSmallParts(jest.requireActual("../../src/api/limits")),
);

const DOCS = join(__dirname, "../../docs/faults.md");
const BEGIN = "<!-- every-point: begin -->";
const IGNORE = "<!-- oxfmt-ignore-start -->";
const UNIGNORE = "<!-- oxfmt-ignore-end -->";
const END = "<!-- every-point: end -->";

// Under a fixed name, which this is, only our record of the confirm says what a dataset was made of: a run that dies
// between the two, or can't write it, leaves a dataset whose contents can't be compared. So does a confirm that arrives
// twice: the reply says that the name is taken, and it may be another run that took it. And so does a confirm whose reply is
// lost: what is found then may be another run's.
const MAY_LOSE_THE_RECORD: ReadonlySet<Break> = new Set([
  "killed before",
  "killed after",
  "torn write, killed",
  "disk full",
  "sent twice",
]);

const CONFIRM = "POST /datasets/manual-upload/";

function problemsOf({ last, server, files, disk }: Outcome, how: Break, point: Point): string[] {
  const wrong: string[] = [];
  const isWell = last === "uploaded" || last === "unchanged";
  const isConfirmLost = how === "reply lost" && point.operation.name === CONFIRM;
  if (!isWell && !(last === "unverified" && (isConfirmLost || MAY_LOSE_THE_RECORD.has(how))))
    wrong.push(`ended as ${last}`);
  if (server.datasets.length !== 1) wrong.push(`${server.datasets.length} datasets`);
  if (server.objects.size !== files.length) wrong.push(`${server.objects.size} objects`);
  for (const { path, sha256 } of files) {
    const object = server.objects.get(`acme/training-000000000000/${path}`);
    if (object?.sha256 !== sha256) wrong.push(`${path} is not whole`);
  }
  if (disk.journals().length > 0) wrong.push("the journal is left");
  if (disk.locks().length > 0) wrong.push("a lock is left");
  return wrong;
}

function cell({ starts, last, sentAgain, partsSentAgain }: Outcome): string {
  const when = starts === 1 ? "same run" : starts === 2 ? "next run" : `run ${starts}`;
  const again = [
    ...(sentAgain === 0 ? [] : [`${sentAgain} sent again`]),
    ...(last === "unverified" ? ["contents not compared"] : []),
    ...(partsSentAgain === 0 ? [] : [`${partsSentAgain} of 2 parts sent again`]),
  ];
  return [when, ...again].join(", ");
}

function table(points: readonly Point[], cells: ReadonlyMap<string, string>): string {
  const head = ["operation", ...BREAKS];
  const rows = points.map((point) => [
    `${point.index + 1}. ${point.operation.name.replace(/[0-9a-f-]{36}(-[0-9a-f]{8})?/, "{uid}")}`,
    ...BREAKS.map((how) => cells.get(`${point.index} ${how}`) ?? ""),
  ]);
  const lines = [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`);
  return [BEGIN, IGNORE, "", ...lines, "", UNIGNORE, END].join("\n");
}

describe("an upload that breaks at any one point", () => {
  test("ends with every file stored once, whole, in one dataset, and docs/faults.md tells how", async () => {
    const points = await listPoints();
    const cells = new Map<string, string>();
    const wrong: string[] = [];
    const breakOne = async (point: Point, how: Break): Promise<void> => {
      const outcome = await breakPoint(point, how);
      cells.set(`${point.index} ${how}`, cell(outcome));
      const name = `${point.index + 1}. ${point.operation.name}, ${how}`;
      wrong.push(...problemsOf(outcome, how, point).map((problem) => `${name}: ${problem}`));
    };
    for (const point of points) {
      for (const how of BREAKS) if (canBreak(point.operation, how)) await breakOne(point, how);
    }
    expect(wrong).toEqual([]);
    expect(cells.size).toBeGreaterThan(100);
    const made = table(points, cells);
    const text = readFileSync(DOCS, "utf8");
    const [before = "", after = ""] = [text.split(BEGIN)[0], text.split(END)[1]];
    if (process.env["AVALA_WRITE_DOCS"] === "1") writeFileSync(DOCS, before + made + after);
    expect(readFileSync(DOCS, "utf8")).toContain(made);
  }, 600_000);
});
