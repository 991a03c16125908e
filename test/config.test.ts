import os, { homedir } from "node:os";
import { join } from "node:path";
import {
  digestCacheFolder,
  isInCi,
  problemWithHashCache,
  readConfig,
  stateDirectory,
} from "../src/config";

describe("readConfig", () => {
  test("reads the environment", () => {
    const config = readConfig(
      {},
      {
        AVALA_API_KEY: " avk_env \n",
        AVALA_BASE_URL: "https://server.avala.ai/api/v1",
        AVALA_ALLOW_INSECURE_BASE_URL: "true",
        AVALA_ALLOW_STORAGE_HOSTS: "a:9000, b\nc",
        AVALA_ORGANIZATION_UID: "o1",
        HTTPS_PROXY: "http://upper:1",
        https_proxy: "http://lower:1",
        NO_PROXY: "a,b",
      },
    );
    expect(config).toEqual({
      apiKey: "avk_env",
      baseUrl: "https://server.avala.ai/api/v1",
      allowInsecureBaseUrl: true,
      allowStorageHosts: ["a:9000", "b", "c"],
      organizationUid: "o1",
      proxy: { httpProxy: undefined, httpsProxy: "http://lower:1", noProxy: "a,b" },
    });
  });

  test("what is given goes before the environment", () => {
    const given = {
      apiKey: "avk_given",
      baseUrl: "https://b",
      allowStorageHosts: ["x"],
      organizationUid: "o2",
    };
    const environment = {
      AVALA_API_KEY: "avk_env",
      AVALA_BASE_URL: "https://a",
      AVALA_ALLOW_STORAGE_HOSTS: "y",
      AVALA_ORGANIZATION_UID: "o1",
    };
    expect(readConfig(given, environment)).toMatchObject(given);
  });

  test("empty text counts as not given, as an unset input of a workflow is", () => {
    const given = { apiKey: "", baseUrl: " ", allowStorageHosts: "\n" };
    const config = readConfig(given, { AVALA_API_KEY: "avk_env" });
    expect(config).toMatchObject({ apiKey: "avk_env", baseUrl: undefined, allowStorageHosts: [] });
  });

  test("no key anywhere is left for connect to refuse", () => {
    expect(readConfig({}, {}).apiKey).toBe("");
  });

  test.each([
    ["TRUE", true],
    ["1", false],
    ["false", false],
    ["", false],
  ])("AVALA_ALLOW_INSECURE_BASE_URL=%j is %s", (value, expected) => {
    const environment = { AVALA_ALLOW_INSECURE_BASE_URL: value };
    expect(readConfig({}, environment).allowInsecureBaseUrl).toBe(expected);
  });
});

describe("stateDirectory", () => {
  test.each([
    ["its own variable", { AVALA_STATE_DIR: "/s", HOME: "/h" }, "linux", "/s"],
    ["its own, in the home", { AVALA_STATE_DIR: "~/s", HOME: "/h" }, "linux", "/h/s"],
    ["XDG's", { XDG_STATE_HOME: "/x", HOME: "/h" }, "linux", join("/x", "avala")],
    ["a home", { HOME: "/h" }, "linux", join("/h", ".local", "state", "avala")],
    ["a Mac", { HOME: "/h" }, "darwin", join("/h", "Library", "Application Support", "avala")],
    ["Windows", { LOCALAPPDATA: "/l" }, "win32", join("/l", "avala")],
    ["nothing set", {}, "linux", join(homedir(), ".local", "state", "avala")],
  ] as const)("follows %s", (_name, environment, platform, expected) => {
    expect(stateDirectory(environment, platform)).toBe(expected);
  });
});

describe("of a user without a home", () => {
  beforeEach(() => {
    jest.spyOn(os, "homedir").mockImplementation(() => {
      throw new Error("uv_os_homedir returned ENOENT");
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each(["linux", "darwin", "win32"] as const)("there is no state folder on %s", (platform) => {
    expect(stateDirectory({}, platform)).toBeUndefined();
    expect(digestCacheFolder({}, platform)).toBeUndefined();
  });

  test("a state folder that is given is used", () => {
    expect(stateDirectory({ AVALA_STATE_DIR: "/s" }, "linux")).toBe("/s");
    expect(stateDirectory({ XDG_STATE_HOME: "/x" }, "linux")).toBe(join("/x", "avala"));
    expect(() => stateDirectory({ AVALA_STATE_DIR: "~/s" }, "linux")).toThrow(
      expect.objectContaining({
        code: "input",
        message: expect.stringContaining("set HOME") as string,
      }) as Error,
    );
  });
});

describe("digestCacheFolder", () => {
  test("is beside the journals", () => {
    expect(digestCacheFolder({ AVALA_STATE_DIR: "/s" }, "linux")).toBe(join("/s", "digests"));
    const on = { AVALA_STATE_DIR: "/s", AVALA_HASH_CACHE: "on" };
    expect(digestCacheFolder(on, "linux")).toBe(join("/s", "digests"));
  });

  test.each(["off", "OFF", " false\n", "0", "no"])("is none for %j", (value) => {
    const environment = { AVALA_STATE_DIR: "/s", AVALA_HASH_CACHE: value };
    expect(digestCacheFolder(environment, "linux")).toBeUndefined();
    expect(problemWithHashCache(environment)).toBeUndefined();
  });

  test.each(["", "on", "True", "1", "yes"])("is there for %j", (value) => {
    const environment = { AVALA_STATE_DIR: "/s", AVALA_HASH_CACHE: value };
    expect(digestCacheFolder(environment, "linux")).toBe(join("/s", "digests"));
    expect(problemWithHashCache(environment)).toBeUndefined();
  });

  test.each([
    [
      "offf",
      "has the value offf, which means neither on nor off. Did you mean off? Use off, false, no, 0 to turn the cache off, and on, true, yes, 1 to turn it on",
    ],
    [
      "disabled",
      "has the value disabled, which means neither on nor off. Use off, false, no, 0 to turn the cache off, and on, true, yes, 1 to turn it on",
    ],
  ])("is none for %j, of which it is said what would be understood", (value, text) => {
    const environment = { AVALA_HASH_CACHE: value };
    expect(digestCacheFolder(environment, "linux")).toBeUndefined();
    expect(problemWithHashCache(environment)).toEqual({ input: "AVALA_HASH_CACHE", text });
  });
});

test.each([
  [{ CI: "true" }, true],
  [{ CI: "1" }, true],
  [{ TF_BUILD: "True" }, true],
  [{ JENKINS_URL: "https://ci/" }, true],
  [{ CI: "false" }, false],
  [{ CI: "0" }, false],
  [{ CI: "" }, false],
  [{}, false],
])("of %j it is known whether it is a CI run", (environment, isOne) => {
  expect(isInCi(environment)).toBe(isOne);
});
