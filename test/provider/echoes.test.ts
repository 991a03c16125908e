// What the SDK prints of an error that the engine reports by itself.
import { ProviderError, withoutEchoes } from "../../provider/process/failures";
import { AvalaError } from "../../src/errors";

/** As the SDK does for `check`, `diff`, `read` and `delete`. */
function printedOf(error: Error): readonly unknown[][] {
  const printed: unknown[][] = [];
  const print = withoutEchoes((...given) => printed.push(given));
  print(`${String(error)}: ${String(error.stack)}`);
  return printed;
}

test("a refusal is not printed: the engine reports it on its resource", () => {
  const refusal = new ProviderError(new AvalaError("conflict", "It is there already."));
  expect(printedOf(refusal)).toEqual([]);
  expect(refusal.message).toContain("It is there already.");
});

test("a mistake of ours is, with its stack", () => {
  expect(String(printedOf(new ProviderError(new TypeError("x is undefined")))[0])).toMatch(
    /x is undefined[^]*echoes\.test/,
  );
});

test("whatever else is printed stays", () => {
  expect(printedOf(new Error("of the SDK"))).toHaveLength(1);
});
