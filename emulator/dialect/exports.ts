// Switches of exports, and of the quality that they are held to. A description, no behaviour.
import { defineSwitch } from "./switch";

export const EXPORTS = {
  exportFields: defineSwitch({
    about: "`project`, `project_id` or `dataset` in addition to the reference's lists",
    forms: { accepted: "ignored", refused: "a 400 on each" },
    default: "accepted",
    evidence:
      "The guide, the reference and the SDKs each show another form; the framework ignores unknown fields unless a serializer refuses them.",
  }),
  exportSources: defineSwitch({
    about: "`datasets`, `projects` and `slices` in an export's response",
    forms: { full: "as requested", empty: "empty lists" },
    default: "full",
    evidence:
      "The newest source has the fields; whether the guide's or the SDKs' form fills them is not documented.",
  }),
  exportStatus: defineSwitch({
    about: "the status of a finished export",
    forms: {
      auto: "`exported` after a request in the SDKs' form, `completed` after all others",
      exported: "`exported`",
      completed: "`completed`",
      shouted: "`EXPORTED`",
    },
    default: "auto",
    evidence:
      "The reference and the SDKs say `exported`, the guide `completed`, and its loop waits for that word; the SDKs compare without case.",
  }),
  exportReason: defineSwitch({
    about: "the reason that an export failed",
    forms: {
      error: "a field `error`, and `updated_at`",
      none: "no reason, and no `updated_at`",
    },
    default: "none",
    evidence: "The newest source's schema, tested against the server's, has neither field.",
  }),
  exportHost: defineSwitch({
    about: "where an export's file is",
    forms: {
      storage: "in storage, presigned",
      api: "on the API's own origin, `…/exports/{uid}/download`, with the key",
    },
    default: "storage",
    evidence:
      "The reference's examples are presigned on `storage.avala.ai` and `cdn.avala.ai`; its webhook example is on the API's origin.",
  }),
  exportKind: defineSwitch({
    about: "the type of an export's file",
    forms: {
      zip: "a zip archive",
      json: "one JSON document; a zip for other formats",
    },
    default: "zip",
    evidence:
      "The reference names the formats, and its example of a `download_url` ends in `.zip`; no source says how a format is packed.",
  }),
  exportCounts: defineSwitch({
    about: "`total_task_count` and `exported_task_count` of an export",
    forms: { present: "in every response", absent: "in none", null: "null" },
    default: "present",
    evidence:
      "The reference's pages on exports have both, null while an export is `requested`; they are optional in the newest source; the guide and the SDKs show none.",
  }),
  targetOperators: defineSwitch({
    about: "what a quality target's operator states",
    forms: {
      breach: "its breach: `gt` is breached above the threshold",
      goal: "its goal: `gt` is breached at the threshold and below",
    },
    default: "breach",
    evidence:
      'The reference\'s name for one is "Max rejection rate" and its example `gt`; a guide of the SDKs calls one with `gte` "Minimum Accuracy".',
  }),
};
