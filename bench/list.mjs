// The benchmarks that `npm run bench` runs, in its order: what each measures, and how much it does. Knows no figures.
// @ts-check

/**
 * @typedef {object} Benchmark
 * @property {string} name on the command line, and in the results
 * @property {string} title
 * @property {string} how what is done, and beside what: Markdown
 * @property {string} script beside this file
 * @property {readonly string[]} [args]
 * @property {readonly string[]} quick arguments of a run that shows that it works, in seconds
 * @property {number} minutes after which it is stopped
 * @property {boolean} [isLong] runs only when it is named
 * @property {readonly string[]} [alternatives] those that stand beside it that a user would run instead; others are a bound, or a part
 */

/** @type {readonly Benchmark[]} */
export const BENCHMARKS = [
  {
    name: "small",
    title: "Small files",
    how: "3,000 files of 10 KiB are uploaded and confirmed, without a rate limit: on the emulator, and with MinIO as its storage, which is not ours; on the machine's Node, and on the one that GitHub's runners run the Action with (24). Beside programs in Go and in Node that do the least that can be done (a sha256, a presign and a form for each file, no retries, no journal, no checks), and Avala's Python SDK, which sends 500 of the files.",
    script: "small-files.mjs",
    quick: ["--files", "100", "--repeat", "1"],
    minutes: 7,
    alternatives: ["Avala's Python SDK"],
  },
  {
    name: "large",
    title: "Large files",
    how: "One file of 2 GiB is hashed and uploaded by form and by parts, each in a process with its start, to stores that discard what they receive: they accept more than any client sends. The ETags of one are not MD5s; those of the other are, as S3's mostly are (it is given them before the start, since it keeps no bytes to compute them from). No upload knows from an earlier one what the ETags are. The alternatives ignore ETags, and appear beside both. `openssl twice` takes the sha256 and the MD5.",
    script: "large-file.mjs",
    args: ["--gib", "2"],
    quick: ["--gib", "0.25", "--repeat", "1"],
    minutes: 9,
    alternatives: [
      "curl -F",
      "openssl dgst, then curl -F",
      "openssl twice, then curl -F",
      "Avala's Python SDK",
    ],
  },
  {
    name: "scale",
    title: "Very many files",
    how: "Uploads of 1,000 to 100,000 files of 200 bytes by the library, without a rate limit, and the Action's dry run of up to 1,000,000, by the Node that GitHub's runners run it with (24): how time and memory grow. After the first 1,000, files are hard links to those, which are made faster: their content is read from the system's cache.",
    script: "scale.mjs",
    quick: ["--sizes", "100,1000", "--dry", "100,1000"],
    minutes: 9,
  },
  {
    name: "hash",
    title: "Hashing",
    how: "The sha256 of 64 files of 32 MiB, beside `openssl dgst` in a process for each core. All files are in the system's cache.",
    script: "hashing.mjs",
    quick: ["--files", "8", "--repeat", "1"],
    minutes: 2,
    alternatives: ["openssl dgst on each core"],
  },
  {
    name: "cache",
    title: "Looking at unchanged files",
    how: "What it costs to look again at files that have not changed, with the digest cache off, empty and full, without the start of the process and the loading of modules. Beside it stands a bare walk with stats by Node's synchronous calls, without its start, too; a walk in C takes less than half of that. Also a second preview of a stack by the real engine, all of it, beyond one of a stack with one file.",
    script: "digest-cache.mjs",
    args: ["--stack"],
    quick: ["--files", "1000", "--large", "200", "--gib", "1", "--repeat", "1", "--stack"],
    minutes: 6,
  },
  {
    name: "start",
    title: "Start-up",
    how: "The time from the start of the Action, as `dist/` has it, to its first request, by the Node that GitHub's runners run it with (24), beside what Node itself takes to start and end.",
    script: "start-up.mjs",
    quick: ["--repeat", "1"],
    minutes: 2,
  },
  {
    name: "http",
    title: "HTTP libraries",
    how: "One presign and one form POST, 4,000 times, against a server that does as little as it can: why bytes go by undici.",
    script: "http-library.mjs",
    quick: ["--pairs", "400", "--repeat", "1"],
    minutes: 2,
  },
  {
    name: "share",
    title: "Runs that share a key",
    how: "Several processes share a key with 600 calls a minute and 20 a second. Beside each stands the shortest time that these limits allow. Most sets need slightly more calls than fit into whole minutes: with slightly fewer, a run with one call left for the next minute would end up to a minute after one with none. Two sets are bound by the second as much as by the minute, and two have the documented 100 calls a minute.",
    script: "shared-key.mjs",
    quick: ["--sets", "2x50"],
    minutes: 24,
  },
  {
    name: "limiter",
    title: "Runs that share a key, on independent limiters",
    how: "The same with limits that are not ours: emulators without any, behind the throttles of Django REST framework, which keep a log of the last minute, and behind the token bucket of throttled-py.",
    script: "shared-key.mjs",
    // As many as on the emulator: of 160, a run that has a tenth more than its share ends in the first minute, and twice as fast.
    args: [
      "--sets",
      "1x640,4x310",
      "--forms",
      "log/all,log/retry-after,bucket/all,bucket/retry-after",
    ],
    quick: ["--sets", "2x50", "--forms", "log/all,bucket/all"],
    minutes: 18,
  },
  {
    name: "share-long",
    title: "Runs that share a key, for long",
    how: "Runs of 300 files each, up to 30 at once: 15 minutes at 600 calls a minute.",
    script: "shared-key.mjs",
    args: ["--sets", "2x300,4x300,10x300,30x300"],
    quick: ["--sets", "2x50"],
    minutes: 30,
    isLong: true,
  },
  {
    name: "limiter-long",
    title: "Runs that share a key, for long, on an independent limiter",
    how: "Runs of 300 files each behind the throttles of Django REST framework; and four at the documented 100 calls a minute.",
    script: "shared-key.mjs",
    args: ["--sets", "2x300,4x300,10x300,30x300,4x75@100", "--forms", "log/all"],
    quick: ["--sets", "2x50", "--forms", "log/all"],
    minutes: 35,
    isLong: true,
  },
];
