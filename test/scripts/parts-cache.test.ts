import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { cached, toolsDir } from "../../scripts/parts/cache";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "avala-cache-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A build that writes one file and counts how often it was asked to. */
function build(text: string): { run: (folder: string) => Promise<void>; times: () => number } {
  let times = 0;
  return {
    times: () => times,
    run: (folder) => {
      times++;
      writeFileSync(join(folder, "tool"), text);
      return Promise.resolve();
    },
  };
}

describe("the cache of parts", () => {
  test("builds once, and finds what it built", async () => {
    const { run, times } = build("a");
    const first = await cached(root, "tool-1", run);
    const second = await cached(root, "tool-1", run);
    expect(second).toBe(first);
    expect(times()).toBe(1);
    expect(readdirSync(root)).toEqual(["tool-1"]);
  });

  test("keeps each version apart", async () => {
    await cached(root, "tool-1", build("old").run);
    const folder = await cached(root, "tool-2", build("new").run);
    expect(readFileSync(join(folder, "tool"), "utf8")).toBe("new");
  });

  test("has two at once build it once", async () => {
    const { run, times } = build("a");
    const [one, other] = await Promise.all([cached(root, "t-1", run), cached(root, "t-1", run)]);
    expect(one).toBe(other);
    expect(times()).toBe(1);
  });

  test("leaves nothing when a build fails, and builds again the next time", async () => {
    const failing = cached(root, "t-1", () => Promise.reject(new Error("no network")));
    await expect(failing).rejects.toThrow("no network");
    expect(readdirSync(root)).toEqual([]);
    await cached(root, "t-1", build("a").run);
    expect(existsSync(join(root, "t-1", "tool"))).toBe(true);
  });

  test("is not fooled by a build that was killed half-way", async () => {
    const module = resolve(__dirname, "../../scripts/parts/cache.js");
    const program = `
      require(${JSON.stringify(module)}).cached(${JSON.stringify(root)}, "t-1", async (folder) => {
        require("fs").writeFileSync(folder + "/tool", "half");
        console.log("building");
        await new Promise((done) => setTimeout(done, 60000));
      });`;
    const child = spawn(process.execPath, ["-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(join(root, "t-1"))).toBe(false);

    const folder = await cached(root, "t-1", build("whole").run, { deadAfterMs: 200 });
    expect(readFileSync(join(folder, "tool"), "utf8")).toBe("whole");
  });

  test.each([
    ["linux", {}, "/home/a/.cache/avala-tools"],
    ["linux", { XDG_CACHE_HOME: "/caches" }, "/caches/avala-tools"],
    ["darwin", {}, "/home/a/Library/Caches/avala-tools"],
    ["linux", { AVALA_TOOLS_DIR: "/tools" }, "/tools"],
  ])("lies on %s with %j in %s", (platform, env, folder) => {
    expect(toolsDir(env, platform, "/home/a")).toBe(resolve(folder));
  });
});
