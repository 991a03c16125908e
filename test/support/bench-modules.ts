// What the benchmarks' modules return. In a process of its own: they are ES modules.
import { execFileSync } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";

const ROOT = path.join(__dirname, "..", "..");

/** The URL of a file under `bench/`. */
export function benchModule(file: string): string {
  return pathToFileURL(path.join(ROOT, "bench", file)).href;
}

/** What a program returns that uses names of these files under `bench/`. */
export function evaluate(modules: Readonly<Record<string, string>>, program: string): unknown {
  const imports = Object.entries(modules).map(
    ([names, file]) => `import { ${names} } from ${JSON.stringify(benchModule(file))};`,
  );
  const text = `${imports.join("\n")}\nconst returned = await (async () => { ${program} })();
    console.log("\\n" + JSON.stringify(returned));`;
  const args = ["--input-type=module", "--eval", text];
  const printed = execFileSync(process.execPath, args, {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "");
}
