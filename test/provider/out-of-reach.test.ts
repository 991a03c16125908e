// A preview of several resources while Avala can't be reached: it says so, and does not try for each of them anew.
import { AvalaError } from "../../src/errors";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import type { Transport } from "../../src/api/transport/transport";
import { checked, createBench, failuresOf, type Bench } from "../support/provider";
import { jpeg } from "../support/temp-tree";
import { skippingClock } from "../support/virtual-clock";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

const set = (name: string, isPreview = true) => ({
  root: bench.tree.root,
  versionOf: name,
  call: { urn: `urn:${name}`, isPreview },
});

/** A transport whose server refuses every connection, and the count of what was tried. */
function unplugged(): { readonly api: Transport; readonly tries: () => number } {
  let count = 0;
  const send: Transport["send"] = () => {
    count += 1;
    const text = "127.0.0.1:1 refused the connection (ECONNREFUSED)";
    return Promise.reject(new AvalaError("network", text, { retryable: true }));
  };
  return { api: { ...createAxiosTransport({}), send }, tries: () => count };
}

test("only the first look-up is tried again and again; each resource says what was not checked", async () => {
  const { api, tries } = unplugged();
  const handlers = bench.handlers({}, { api, clock: skippingClock() });
  await checked(handlers.fileSet, set("a"));
  const first = tries();
  await checked(handlers.fileSet, set("b"));
  await checked(handlers.growingDataset, { ...set("g"), versionOf: undefined, name: "g" });
  expect(tries()).toBe(first);
  const warnings = bench.told().filter((text) => text.includes("was not checked"));
  expect(warnings).toEqual([
    expect.stringContaining("Whether a dataset named a-"),
    expect.stringContaining("Whether a dataset named b-"),
    expect.stringContaining("What the growing set g holds"),
  ]);
});

test("a preview that is stopped says that, and nothing of uploads", async () => {
  const stop = new AbortController();
  const { api } = unplugged();
  const send: Transport["send"] = (request) => {
    stop.abort();
    return api.send(request);
  };
  const handlers = bench.handlers({}, { api: { ...api, send } }, stop.signal);
  const failures = await failuresOf(handlers.fileSet, set("a"));
  expect(failures).toEqual([{ property: "", reason: "The preview was stopped." }]);
});
