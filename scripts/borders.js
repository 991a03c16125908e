// Which folder may import which: the architecture, as the linter's import rules read it.
// @ts-check
"use strict";

const path = require("node:path");

/** Folder → the folders of ours that it must not know. */
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
 * folder. All that lies in one of these folders has a line, and each folder that has folders is here: test/borders.test.ts
 * holds both.
 */
const ORDERS = {
  src: [
    [
      "version.ts",
      "canonical-json.ts",
      "hints.ts",
      "json.ts",
      "json-text.ts",
      "redact.ts",
      "text.ts",
      "system-error.ts",
      "home-path.ts",
      "near-name.ts",
    ],
    ["errors.ts", "secret-forms.ts"],
    ["events.ts", "api/limits.ts"],
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
    ["context.ts", "form.ts", "policy.ts"],
    ["item-urls.ts", "query.ts", "receive.ts"],
    ["server.ts"],
  ],
  "src/api/transport": [
    [
      "first-that-loads.ts",
      "header-values.ts",
      "small-reply.ts",
      "transport.ts",
      "unread-globals.ts",
    ],
    ["axios-core.ts", "undici-parts.ts"],
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
    ["clock.ts", "mutex.ts", "rhythm.ts", "signals.ts"],
    ["alarm.ts", "disk", "pool.ts"],
    ["deadline.ts"],
    ["poll.ts", "rate", "retry.ts"],
    ["retry-tally.ts", "wait-lines.ts"],
  ],
  "src/api": [
    ["limits.ts", "path-part.ts", "scopes.ts", "secrets.ts", "remembered.ts"],
    ["wire.ts", "wire-table.ts"],
    ["transport", "route.ts"],
    ["call.ts", "check-options.ts"],
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
    ["moving.ts"],
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
    ["cost.ts", "destination.ts", "activity.ts", "history.ts"],
    ["time-left.ts"],
    ["progress.ts"],
    ["failures.ts", "check"],
    ["result.ts"],
    ["journal"],
    ["send"],
    ["request.ts"],
    ["state.ts", "outcome.ts", "hashed.ts", "frontier.ts", "seen.ts", "landed-before.ts"],
    ["probe.ts", "landing.ts", "look-for-made.ts"],
    ["doubtful.ts"],
    ["other-run.ts"],
    ["send-set.ts"],
    ["run.ts"],
  ],
  "src/operations": [
    ["download-room.ts", "gate.ts", "lost-reply.ts", "wait.ts"],
    ["datasets", "export.ts", "export-download.ts", "plain-resources.ts", "project-conditions.ts"],
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
    ["github", "written.ts"],
    ["inputs"],
    ["selection"],
    ["plan"],
    ["named-files.ts"],
    ["report"],
    ["run-context.ts"],
    ["scope-check.ts", "run-status.ts"],
    ["upload", "export"],
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

/** @param {string} root @returns {object[]} zones for `import-x/no-restricted-paths` */
function borderZones(root) {
  const at = (/** @type {string} */ name) => path.join(root, name);
  const between = Object.entries(FORBIDDEN).map(([folder, others]) => ({
    target: at(folder),
    from: [...others, ...NEVER_SHIPPED].map(at),
    message: `${folder}/ must not know ${others.join(", ")} or what is never shipped.`,
  }));
  // Sets of files and calls of the API meet in uploads alone. The contract's numbers bound both.
  const filesAndApi = {
    target: at("src/files"),
    from: at("src/api"),
    except: ["./limits.ts"],
    message: "src/files/ may know only the limits of src/api/.",
  };
  // What programs are promised lacks steps that the front ends need. With all of it, a Pulumi program would load some 190 files
  // more each time that it runs, the HTTP libraries among them, in 0.1 s of processor time.
  const notTheIndex = {
    target: ["provider", "action"].map(at),
    from: at("src/index.ts"),
    message: "Import the file of src/ that has it: src/index.ts is for other programs.",
  };
  const inside = Object.entries(ORDERS).flatMap(([folder, order]) =>
    order.map((names, i) => ({
      target: names.map((name) => at(`${folder}/${name}`)),
      from: at(folder),
      except: order
        .slice(0, i + 1)
        .flat()
        .map((name) => `./${name}`),
      message: `Inside ${folder}/, ${names.join(", ")} may import only what stands above in the order of scripts/borders.js.`,
    })),
  );
  return [...between, filesAndApi, notTheIndex, ...inside];
}

const pulumi = { group: ["@pulumi/*"], message: "Only provider/ knows Pulumi." };
const actions = { group: ["@actions/*"], message: "Only action/ knows GitHub Actions." };
const ourselves = { group: ["@avala/pulumi"], message: "Import the file, not the built package." };

/** Folder → patterns for `no-restricted-imports`. */
const packagesOffLimits = {
  src: [pulumi, actions, ourselves],
  provider: [actions, ourselves],
  action: [pulumi, ourselves],
  emulator: [pulumi, actions, ourselves],
};

module.exports = { borderZones, packagesOffLimits, ORDERS };
