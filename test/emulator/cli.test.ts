import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HELP, parseCommandLine, type UsageError } from "../../emulator/cli";

const S3 = ["--storage", "http://127.0.0.1:9000/", "--storage-bucket", "b"];

function problems(args: readonly string[], env = {}): readonly string[] {
  try {
    parseCommandLine(args, env);
  } catch (error) {
    return (error as UsageError).problems;
  }
  return [];
}

describe("the command line", () => {
  test("says of --fail-exports which switch its reason needs", () => {
    expect(HELP).toMatch(/--fail-exports REASON [^-]*--switch exportReason=error\n/);
    const { options } = parseCommandLine(["--switch", "exportReason=error"], {});
    expect(options.dialect).toEqual({ exportReason: "error" });
  });

  test("is in the docs as --help prints it", () => {
    expect(readFileSync(join(__dirname, "../../docs/emulator.md"), "utf8")).toContain(HELP);
  });

  test("gives options under their own names", () => {
    const line =
      "--port 80 --storage-port 81 --host ::1 --api-key k --requests-per-minute 0 --burst-per-second 5 --ingest-ms 1 --export-ms 2 --fail-exports no --project a --project b --quota-bytes 3 --presign-seconds 4 --download-seconds 5 --etag opaque --data d --json --faults f";
    expect(parseCommandLine(line.split(" "), {})).toEqual({
      options: {
        port: 80,
        storagePort: 81,
        host: "::1",
        apiKey: "k",
        requestsPerMinute: 0,
        burstPerSecond: 5,
        ingestMs: 1,
        exportMs: 2,
        failExports: "no",
        projects: ["a", "b"],
        quotaBytes: 3,
        presignSeconds: 4,
        downloadSeconds: 5,
        etag: "opaque",
        dataDir: "d",
      },
      isJson: true,
      wantsHelp: false,
      faultsFile: "f",
    });
    expect(parseCommandLine(["-h"], {})).toMatchObject({
      options: {},
      wantsHelp: true,
      isJson: false,
    });
  });

  test("takes a dialect from a file, and switch by switch", () => {
    const parse = (line: string) => parseCommandLine(line.split(" "), {});
    const file = parse("--dialect mine.json --switch parts=one --switch batches=apart");
    expect(file).toMatchObject({
      dialectFile: "mine.json",
      options: { dialect: { parts: "one", batches: "apart" } },
    });
    expect(problems(["--switch", "takenName", "--switch", "x=y"])).toHaveLength(1);
  });

  test.each([
    ["--api-kye", "Did you mean --api-key?"],
    ["--prot", "--help lists them."],
    ["--etga", "--help lists them."],
    ["--storage-prot", "Did you mean --storage-port?"],
  ])("says what may be meant by %s", (flag, hint) => {
    expect(problems([`${flag}=1`])).toEqual([`${flag} is not a known option. ${hint}`]);
  });

  test("names all that is wrong at once", () => {
    const args = "--port 99999 --ingest-ms -1 --nonsense --json=1 word --etag".split(" ");
    const found = problems(args).join("\n");
    for (const word of ["--port", "--ingest-ms", "--nonsense", "--json", "word", "--etag"]) {
      expect(found).toContain(word);
    }
  });

  test("takes a real store's credentials from options or from the environment", () => {
    const env = { AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", AWS_REGION: "eu-west-1" };
    const expected = {
      url: "http://127.0.0.1:9000",
      bucket: "b",
      accessKey: "id",
      secretKey: "key",
      region: "eu-west-1",
    };
    expect(parseCommandLine(S3, env).options.storage).toEqual(expected);
    const flags = [
      ...S3,
      "--storage-access-key",
      "x",
      "--storage-secret-key",
      "y",
      "--storage-region",
      "z",
    ];
    expect(parseCommandLine(flags, env).options.storage).toMatchObject({
      accessKey: "x",
      secretKey: "y",
      region: "z",
    });
  });

  test.each([
    [S3, 2],
    [["--storage", "ftp://x"], 4],
    [["--storage-bucket", "b"], 1],
  ])("refuses half a store: %j", (args, count) => {
    expect(problems(args)).toHaveLength(count);
  });
});
