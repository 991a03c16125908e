// What a stack says of files that are not known to be held: those that it has just sent were sent.
import type { GrowingInputs, GrowingOutputs } from "../../provider/handlers/growing-dataset/inputs";
import {
  checked,
  createBench,
  growingSetOf,
  make,
  type Bench,
  type Made,
} from "../support/provider";

type Set = Made<GrowingInputs, GrowingOutputs>;

let bench: Bench;
afterEach(() => bench.stop());

const given = () => growingSetOf(bench, { checkContent: "off", dataType: "image" });
const handlerOn = (machine: string) =>
  bench.handlers({ AVALA_STATE_DIR: bench.tree.at(`.${machine}`) }).growingDataset;

async function up(machine: string, { id, outs }: Set): Promise<Set> {
  const handler = handlerOn(machine);
  const inputs = await checked(handler, given(), outs as never);
  const updated = await handler.update(id, outs, inputs);
  if (updated.outs === undefined) throw new Error("update returned no outputs");
  return { id, inputs, outs: updated.outs };
}

/** What was said since it was asked last. */
function listener(): () => string {
  let count = 0;
  return () => {
    const said = bench.told().slice(count);
    count += said.length;
    return said.join("\n");
  };
}

test("files of which storage has kept half stay unverified, on any machine", async () => {
  bench = await createBench(
    { "a.jpg": "content of a", "b.jpg": "content of b" },
    { etag: "opaque" },
  );
  const half = { on: { target: "storage", method: "POST" }, store: "half", times: 0 } as const;
  bench.avala.setFault(half);
  const said = listener();
  const first = await make(handlerOn("first"), given());
  expect(first.outs.unverifiedCount).toBe(2);
  const told = said();
  expect(told).toMatch(/2 files were sent, and could not be compared[^]*a\.jpg[^]*b\.jpg/);
  expect(told).not.toMatch(/neither sent/);
  bench.avala.clearFaults();
  bench.tree.write({ "new.jpg": "content of a new file" });
  for (const machine of ["first", "second"]) {
    const { outs } = await up(machine, first);
    expect(outs.unverifiedCount).toBe(2);
    expect(said()).toMatch(/2 files could not be compared by content, so they were neither sent/);
  }
  expect((await make(handlerOn("third"), given())).outs.unverifiedCount).toBe(2);
});
