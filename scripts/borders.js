// Which file may import which: the architecture, as the linter's rule `house/borders` holds it.
// @ts-check
"use strict";

/** @type {Readonly<Record<string, readonly string[]>>} Folder → the folders of ours that it must not know. */
const FORBIDDEN = {
  src: ["provider", "action", "emulator"],
  provider: ["action", "emulator"],
  action: ["provider", "emulator"],
  // Written from the contract alone, so that a misreading in the client shows.
  emulator: ["src", "provider", "action"],
  "src/api": ["src/files"],
};

/** Nothing that ships may need what only tests, benchmarks and builds have. */
const NEVER_SHIPPED = ["test", "bench", "scripts", "examples"];

/**
 * Each folder in its order: an entry may import those of its own line and of the lines above. A name without an ending is a
 * folder. All that lies in one of these folders has a line, and each folder that has folders is here: test/orders.test.ts
 * holds both.
 * @type {Readonly<Record<string, readonly (readonly string[])[]>>}
 */
const ORDERS = {
  src: [
    [
      "version.ts",
      "canonical-json.ts",
      "group-by.ts",
      "hints.ts",
      "json.ts",
      "json-text.ts",
      "redact.ts",
      "text.ts",
      "system-error.ts",
      "near-name.ts",
      "wrong-value.ts",
    ],
    ["errors.ts", "secret-forms.ts"],
    ["events.ts", "home-path.ts", "reworded.ts", "shapes.ts", "api/limits.ts"],
    ["flow"],
    ["files", "api"],
    ["config.ts", "upload"],
    ["operations"],
    ["index.ts"],
  ],
  "emulator/api": [
    ["reservations.ts", "throttle.ts"],
    ["request.ts"],
    ["replies.ts", "router.ts"],
    ["body.ts", "fields.ts", "pages.ts"],
    ["control.ts", "owners.ts"],
    ["datasets"],
    ["resources", "uploads"],
    ["routes.ts"],
    ["server.ts"],
  ],
  "emulator/storage": [
    ["blobs.ts", "store.ts", "xml.ts"],
    ["errors.ts", "local-store.ts", "s3"],
    ["context.ts", "form.ts", "policy.ts", "words.ts"],
    ["item-urls.ts", "query.ts", "receive.ts"],
    ["server.ts"],
  ],
  "src/api/transport": [
    [
      "cause-chain.ts",
      "first-that-loads.ts",
      "header-values.ts",
      "late-optimizing.ts",
      "small-reply.ts",
      "transport.ts",
      "unread-globals.ts",
    ],
    ["axios-core.ts", "unanswered.ts", "undici-parts.ts"],
    ["connector.ts", "proxy"],
    ["transport-errors.ts"],
    ["content-encoding.ts", "request-bounds.ts"],
    ["reply-handler.ts"],
    ["storage-transport.ts"],
    ["axios-transport.ts"],
  ],
  "src/api/endpoints": [
    [
      "consensus.ts",
      "datasets",
      "organizations.ts",
      "permissions.ts",
      "quality-targets.ts",
      "users.ts",
      "webhook-deliveries.ts",
      "webhooks.ts",
    ],
    ["exports.ts", "organization-advice.ts", "projects.ts", "tasks.ts", "uploads"],
    ["storage-configs.ts", "storage-test.ts"],
  ],
  "src/flow": [
    ["clock.ts", "mutex.ts", "rhythm.ts", "signals.ts", "slots.ts"],
    ["alarm.ts", "beside.ts", "disk", "pool.ts"],
    ["deadline.ts"],
    ["poll.ts", "rate", "retry.ts"],
    ["patience.ts", "retry-tally.ts", "wait-lines.ts"],
  ],
  "src/api": [
    ["limits.ts", "path-part.ts", "scopes.ts", "secrets.ts", "server-names.ts", "remembered.ts"],
    ["wire.ts", "wire-table.ts"],
    ["transport", "route.ts"],
    ["call.ts", "check-options.ts", "while-open.ts"],
    ["reply"],
    ["paced-request.ts"],
    ["http.ts"],
    ["own-download.ts"],
    ["connection.ts"],
    ["connect.ts", "call-for.ts", "pages.ts", "advice.ts", "ask-once.ts"],
    ["endpoints"],
    ["storage"],
  ],
  "src/files": [
    ["names.ts", "within.ts", "media.ts", "local-file.ts", "foreign-formats.ts", "path-list.ts"],
    ["content", "manifest"],
    ["digests"],
    ["scan", "file-set-options.ts", "workers"],
    ["look.ts"],
    ["left-out.ts", "hash.ts", "recall.ts"],
    ["inspect.ts"],
    ["file-set-words.ts", "known-choice.ts"],
    ["choose.ts"],
    ["moving.ts", "file-set-given.ts"],
    ["file-set.ts"],
  ],
  "src/files/scan": [
    [
      "credentials.ts",
      "disk-view.ts",
      "glob-library.ts",
      "junk.ts",
      "order.ts",
      "suffix-groups.ts",
    ],
    ["entries.ts", "indexing.ts"],
    ["tree.ts"],
    ["listed.ts", "patterns"],
    ["ignore"],
    ["findings.ts"],
    ["scan.ts"],
    ["reasons.ts", "removals.ts"],
    ["partition.ts"],
    ["type-question.ts"],
  ],
  "src/upload": [
    [
      "cost-given.ts",
      "cost.ts",
      "destination.ts",
      "activity.ts",
      "beside.ts",
      "failing.ts",
      "history.ts",
    ],
    ["time-left.ts"],
    ["estimate.ts"],
    ["progress.ts", "progress-text.ts", "whole-progress.ts"],
    ["failures.ts", "check", "sample.ts"],
    ["result.ts"],
    ["journal"],
    ["send"],
    ["request.ts", "batch-state.ts"],
    [
      "state.ts",
      "outcome.ts",
      "hashed.ts",
      "frontier.ts",
      "seen.ts",
      "landed-before.ts",
      "in-a-row.ts",
    ],
    [
      "choose-batch.ts",
      "fail-file.ts",
      "probe.ts",
      "landing.ts",
      "look-for-made.ts",
      "refused.ts",
      "report-waits.ts",
    ],
    ["doubtful.ts", "refusing.ts"],
    ["silent-look.ts"],
    ["silent.ts"],
    ["other-run.ts"],
    ["send-set.ts"],
    ["run.ts"],
  ],
  "src/operations": [
    ["download-room.ts", "gate.ts", "lost-reply.ts", "wait.ts"],
    ["datasets", "export.ts", "export-download.ts", "gate-quality.ts", "plain-resources.ts"],
    ["project-conditions.ts", "uid-check.ts"],
    ["items"],
    ["publish"],
    ["grow"],
  ],
  provider: [
    ["loader.ts", "fields"],
    ["secret-fields.ts"],
    ["process"],
    ["handlers", "refusal.ts"],
    ["resources", "functions.ts"],
    ["index.ts", "runtime.ts"],
  ],
  "provider/fields": [
    ["rules.ts"],
    ["field.ts"],
    ["bucket.ts"],
    [
      "dataset.ts",
      "file-set.ts",
      "export.ts",
      "storage-config.ts",
      "webhook.ts",
      "quality-target.ts",
    ],
    ["growing-dataset.ts"],
    ["tables.ts"],
  ],
  "provider/handlers": [
    ["bucket.ts"],
    // A growing set is chosen as a file set is.
    ["choice"],
    // What a FileSet and a Dataset publish together is made of the inputs of both.
    ["dataset", "file-set", "publishing.ts"],
    ["export", "plain", "growing-dataset"],
    ["handlers.ts"],
  ],
  action: [
    ["environment.ts", "waiting.ts", "workspace-path.ts", "state-folder.ts"],
    ["github", "named-bytes.ts", "written-records.ts"],
    ["written.ts"],
    ["inputs"],
    ["selection"],
    ["plan"],
    ["named-files.ts"],
    ["report"],
    ["run-context.ts"],
    ["scope-check.ts", "uid-check.ts", "run-status.ts"],
    ["upload", "export"],
    ["all-problems.ts"],
    ["run.ts"],
    ["main.ts"],
  ],
  "action/report": [
    ["text.ts", "server-text.ts", "step-files.ts", "output-writer.ts", "checksum-parts.ts"],
    ["log.ts", "facts/calls.ts", "facts/times.ts", "facts/top-files.ts"],
    ["results.ts"],
    ["landed.ts"],
    ["report.ts", "cancelled.ts", "growing-report.ts"],
    ["facts"],
    ["failure.ts", "report-file.ts", "summary"],
    ["outputs.ts", "status.ts"],
    ["ending.ts"],
  ],
  emulator: [
    ["clock.ts", "media.ts", "near-name.ts", "dialect", "state"],
    ["options.ts", "export-file.ts", "http"],
    ["storage", "seed.ts", "cli.ts"],
    ["api"],
    ["backend.ts", "inspect.ts"],
    ["emulator.ts"],
    ["index.ts", "main.ts"],
  ],
};

/** A package, or the scope of some → the folders that must not know it, and why. */
const PACKAGES_OFF_LIMITS = [
  {
    name: "@pulumi",
    folders: ["src", "action", "emulator"],
    why: "Only provider/ knows Pulumi.",
  },
  {
    name: "@actions",
    folders: ["src", "provider", "emulator"],
    why: "Only action/ knows GitHub Actions.",
  },
  {
    name: "@avala/pulumi",
    folders: ["src", "provider", "action", "emulator"],
    why: "Import the file, not the built package.",
  },
];

/** @param {string} place a file or a folder @param {string} file */
const isIn = (place, file) => file === place || file.startsWith(`${place}/`);

/** @param {readonly string[]} places @param {string} file */
const isInAny = (places, file) => places.some((place) => isIn(place, file));

/** @param {string} folder @param {string} file the line of its place in the order, from 0; what has none is below all that has */
function lineOf(folder, file) {
  const line = (ORDERS[folder] ?? []).findIndex((names) =>
    names.some((name) => isIn(`${folder}/${name}`, file)),
  );
  return line < 0 ? Infinity : line;
}

/**
 * @param {string} from @param {string} to files of ours: paths from the root, with `/`
 * @returns {string | undefined} why the one must not import the other
 */
function refusalOf(from, to) {
  for (const [folder, others] of Object.entries(FORBIDDEN)) {
    if (isIn(folder, from) && isInAny([...others, ...NEVER_SHIPPED], to))
      return `${folder}/ must not know ${others.join(", ")} or what is never shipped.`;
  }
  // Sets of files and calls of the API meet in uploads alone. The contract's numbers bound both.
  if (isIn("src/files", from) && isIn("src/api", to) && to !== "src/api/limits.ts")
    return "src/files/ may know only the limits of src/api/.";
  // What programs are promised lacks steps that the front ends need. With all of it, a Pulumi program would load some 190 files
  // more each time that it runs, the HTTP libraries among them, in 0.1 s of processor time.
  if (isInAny(["provider", "action"], from) && to === "src/index.ts")
    return "Import the file of src/ that has it: src/index.ts is for other programs.";
  for (const folder of Object.keys(ORDERS)) {
    if (isIn(folder, from) && isIn(folder, to) && lineOf(folder, to) > lineOf(folder, from))
      return `Inside ${folder}/, ${from} may import only what stands above it in the order of scripts/borders.js, or beside it.`;
  }
  return undefined;
}

/** @param {string} from a file of ours @param {string} name what it imports @returns {string | undefined} why it must not */
function packageRefusalOf(from, name) {
  return PACKAGES_OFF_LIMITS.find(
    (packages) => isIn(packages.name, name) && isInAny(packages.folders, from),
  )?.why;
}

module.exports = { refusalOf, packageRefusalOf, ORDERS };
