// Pulumi refreshes and destroys with the key of the last `up`. When another one is in use by then, that key is refused.
import { jpeg } from "../support/temp-tree";
import { createBench, make, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

const revoke = (): void => {
  const reply = { status: 401, body: { detail: "no" } };
  bench.avala.setFault({ on: { path: "*" }, times: 0, reply });
};
const made = (more: object = {}) =>
  make(bench.handlers().dataset, { name: "mine", dataType: "image", ...more });
const REMEDY = /401[^]*Check the API key[^]*--run-program/;

test("a refused refresh names the option that takes the key of now", async () => {
  const { id, outs } = await made();
  revoke();
  await expect(bench.handlers().dataset.read(id, outs)).rejects.toThrow(REMEDY);
});

test("so does the refused removal of what is deleted at Avala", async () => {
  const { id, outs } = await made({ onDelete: "delete" });
  revoke();
  await expect(bench.handlers().dataset.delete(id, outs)).rejects.toThrow(REMEDY);
});

describe("what stays at Avala leaves the state all the same, and a warning says what was not checked:", () => {
  test("a Dataset", async () => {
    const { id, outs } = await made();
    revoke();
    await bench.handlers().dataset.delete(id, outs);
    const { severity, text } = bench.messages.at(-1)!;
    expect(severity).toBe("warning");
    expect(text).toContain(`Dataset mine (uid ${id}) stays at Avala: onDelete is "keep".`);
    expect(text).toMatch(/was not checked: .*401[^]*--run-program/);
  });

  test("a GrowingDataset", async () => {
    const given = { name: "growing", root: bench.tree.root, include: ["*.jpg"] };
    const { id, outs } = await make(bench.handlers().growingDataset, given);
    revoke();
    await bench.handlers().growingDataset.delete(id, outs);
    const { severity, text } = bench.messages.at(-1)!;
    expect(severity).toBe("warning");
    expect(text).toMatch(/was not checked: .*401[^]*--run-program/);
  });
});
