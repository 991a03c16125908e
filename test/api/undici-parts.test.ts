import * as undici from "undici";
import { firstThatLoads } from "../../src/api/transport/first-that-loads";
import { undiciParts } from "../../src/api/transport/undici-parts";

test("what is read of undici is what its index exports, and an agent of it sends requests", () => {
  const { Agent, Pool, ProxyAgent, buildConnector } = undiciParts();
  expect([Agent, Pool, ProxyAgent, buildConnector]).toEqual([
    undici.Agent,
    undici.Pool,
    undici.ProxyAgent,
    undici.buildConnector,
  ]);
  expect(typeof Agent.prototype.request).toBe("function");
  expect(undiciParts()).toBe(undiciParts());
});

// Elsewhere they are not read, and the start takes longer.
test.each([
  "api",
  "dispatcher/dispatcher",
  "dispatcher/agent",
  "dispatcher/pool",
  "dispatcher/proxy-agent",
  "core/connect",
])("this version of undici has lib/%s", (name) => {
  expect(require.resolve(`undici/lib/${name}`)).toContain(name);
});

describe("of two ways to read a library", () => {
  const reads: string[] = [];
  const read = (name: string) => () => {
    reads.push(name);
    return name;
  };
  const fails = () => {
    throw new Error("Cannot find module");
  };
  beforeEach(() => void reads.splice(0));

  test("the first is taken, and the second is not tried", () => {
    expect(firstThatLoads([read("parts"), read("index")], () => true)).toBe("parts");
    expect(reads).toEqual(["parts"]);
  });

  test("the second is taken where the first has moved, or lacks something", () => {
    expect(firstThatLoads([fails, read("index")], () => true)).toBe("index");
    expect(firstThatLoads([read("parts"), read("index")], () => false)).toBe("index");
  });

  test("what the second throws is thrown", () => {
    expect(() => firstThatLoads([fails, fails], () => true)).toThrow("Cannot find module");
  });
});
