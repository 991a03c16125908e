import { withLateOptimizing } from "../../src/api/transport/late-optimizing";

const CASES = [
  { node: "20", v8: "11.3.244.8-node.38", usual: 1_800_000 },
  { node: "22", v8: "12.4.254.21-node.57", usual: 13_000_000 },
  { node: "24", v8: "13.6.233.17-node.53", usual: 13_000_000 },
  { node: "26", v8: "14.6.202.34-node.34", usual: 13_000_000 },
];

test.each(CASES)("on Node $node a module gets a large budget, and others the usual one", (each) => {
  const budgets: number[] = [];
  const set = (budget: number): void => void budgets.push(budget);
  expect(withLateOptimizing(() => budgets.at(-1), each.v8, set)).toBe(2_000_000_000);
  expect(budgets.at(-1)).toBe(each.usual);
});

test("the usual budget is back where making a module fails", () => {
  const budgets: number[] = [];
  const fail = (): never => {
    throw new Error("not made");
  };
  const set = (budget: number): void => void budgets.push(budget);
  expect(() => withLateOptimizing(fail, "11.3.244.8-node.38", set)).toThrow("not made");
  expect(budgets.at(-1)).toBe(1_800_000);
});

test("a V8 whose flags are not known is left alone", () => {
  const set = (): never => {
    throw new Error("set");
  };
  expect(withLateOptimizing(() => "made", "99.1.2.3", set)).toBe("made");
});
