// Switches of uploading and of what it makes: presigns, batches, parts, datasets, items. A description, no behaviour.
import { defineSwitch } from "./switch";

export const UPLOADS = {
  uploadReply: defineSwitch({
    about: "a presign that offers the second upload protocol",
    forms: {
      managed: "a PUT, or MULTIPART for a large file",
      form: "a form, as for an organization that did not opt in; the batch counts",
      refused: "a 400 on `upload_protocol_version` and `dataset_upload_uid`",
      ignored: "a form, as if the fields were not there; the batch counts for nothing",
    },
    default: "form",
    evidence:
      "The SDKs offer it in every presign and take all replies; the guide and the reference show the form only, and a PUT needs an organization that opted in.",
  }),
  batches: defineSwitch({
    about: "what a confirm indexes",
    forms: {
      together: "all that lies under the name",
      apart:
        "the files of the `dataset_upload_uid` that it names; without one, those sent without one",
    },
    default: "apart",
    evidence:
      "The SDKs name one batch in all presigns and in the confirm, and say that the server pins it to a store; the reference says that the prefix is indexed.",
  }),
  parts: defineSwitch({
    about: "how many part numbers one call signs",
    forms: {
      many: "as many as asked",
      one: "one; a 400 to more",
      one422: "one; a 422 to more",
      few: "two at most; the others of what is asked are left out",
    },
    default: "many",
    evidence:
      "The field is a list; the SDKs ask for one at a time, and no source says that a longer one is signed as a whole.",
  }),
  uploadVisibility: defineSwitch({
    about: "the visibility of a dataset made of an upload",
    forms: { any: "any", private: "private only; a 400 on `visibility` to others" },
    default: "private",
    evidence: "The SDK's command line makes private ones only; the SDK's functions take any.",
  }),
  datasetChanges: defineSwitch({
    about: "PATCH and DELETE of a dataset",
    forms: {
      offered: "both work",
      absent: "a 405 to both",
      forbidden: "a 403 to both",
      notFound: "a 404 to both",
    },
    default: "absent",
    evidence:
      "No source has a route; the text of a scope and two events (`dataset.updated`, `dataset.deleted`) hint at them.",
  }),
  itemKeys: defineSwitch({
    about: "`key` of an item",
    forms: {
      path: "the path in the dataset",
      below: "the dataset's name, then the path",
      baseName: "the file's name, without its folders",
      null: "null",
    },
    default: "path",
    evidence:
      'The reference says "typically the filename"; the SDKs allow null, and place files below `<root>/<dataset_name>/`.',
  }),
  sequences: defineSwitch({
    about: "lidar and video datasets",
    forms: {
      flagged: "sequence datasets if `is_sequence` says so; `item_count` counts files",
      always: "sequence datasets: `item_count` counts sequences, `health.item_count` frames",
    },
    default: "always",
    evidence:
      "The newest source shows one with 39 sequences as `item_count` and 3,120 frames in `health`; the SDKs dropped `is_sequence` from what they send; the reference has item keys such as `frame-0.json`.",
  }),
};
