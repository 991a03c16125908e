// The limits that bound an upload, each with where it is written.
// @ts-check
import { PAGE_ENTRIES } from "../../lib/src/api/limits.js";
import { LIMITS } from "./arithmetic.mjs";
import { figure } from "./svg.mjs";
import { table } from "./tables.mjs";

const AVALA = "[Avala, rate limits](https://avala.ai/docs/api-reference/rate-limits)";
const GITHUB = "[GitHub, limits](https://docs.github.com/en/actions/reference/limits)";
const RUNNERS =
  "[GitHub, runners](https://docs.github.com/en/actions/reference/runners/github-hosted-runners)";
const S3 =
  "[Amazon S3, performance](https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html)";
const GCS = "[Cloud Storage, request rates](https://cloud.google.com/storage/docs/request-rate)";

/** Each limit: what it is, where it is from. */
export function limitsTable() {
  return table(
    ["limit", "how much", "source"],
    [
      [
        "API calls",
        `${LIMITS.callsPerMinute} a minute, 20 a second, for each user: all keys, jobs and machines of a user share them`,
        AVALA,
      ],
      [
        "calls for a file",
        "1 by form, 2 by PUT, 3 and more in parts; the server chooses the form",
        "[the contract](api.md)",
      ],
      ["uploads at once", `${LIMITS.uploadsAtOnce} for each user`, AVALA],
      [
        "items read back",
        `1 call for each ${PAGE_ENTRIES} (up to 1,000 where the server gives as many)`,
        "[the contract](api.md)",
      ],
      [
        "stored files compared",
        `only under a fixed name: 1 request of 1 byte to storage for each file, ${LIMITS.comparedAtOnce} at once where it takes so many, within half of the time that the step may still wait`,
        "[what can go wrong](faults.md)",
      ],
      [
        "a bucket of yours",
        "1 call, whatever it holds; new files need another dataset",
        "[Buckets](pulumi.md#buckets)",
      ],
      ["a job on a hosted runner", `${LIMITS.jobHours} hours`, GITHUB],
      [
        "a job on a runner of your own",
        `${LIMITS.ownJobDays} days, if its \`timeout-minutes\` (360 by default) is set so; a workflow run ${LIMITS.runDays} days`,
        GITHUB,
      ],
      ["jobs of a matrix", String(LIMITS.matrixJobs), GITHUB],
      ["disk of a hosted runner", `${LIMITS.diskGb} GB`, RUNNERS],
      [
        "writes to S3",
        `at least ${figure(LIMITS.s3PerSecond)} a second for each partitioned prefix`,
        S3,
      ],
      [
        "writes to Cloud Storage",
        `about ${figure(LIMITS.gcsPerSecond)} a second for a bucket at first; may double every 20 minutes`,
        GCS,
      ],
    ],
  );
}
