// Switches of uploading and of what it makes: presigns, batches, parts, datasets, items. A description, no behaviour.
import { defineSwitch } from "./switch";

export const UPLOADS = {
  uploadReply: defineSwitch({
    about: "a presign that offers the second upload protocol",
    forms: {
      managed: "a PUT, or MULTIPART for a large file",
      form: "a form, as for an organization that has not opted in; the batch is used",
      refused: "a 400 on `upload_protocol_version` and `dataset_upload_uid`",
      ignored: "a form, as if the fields were missing; the batch is ignored",
    },
    default: "form",
    evidence:
      "The SDKs offer it in every presign and take all replies; the guide and the reference show the form only, and a PUT needs an organization that opted in.",
  }),
  batches: defineSwitch({
    about: "what a confirm indexes",
    forms: {
      together: "everything under the name",
      apart:
        "the files that were ever presigned in the `dataset_upload_uid` that it names; without one, those ever presigned without one",
      last: "the same, but a file belongs only to the batch in which it was presigned last",
    },
    default: "apart",
    evidence:
      "The SDKs name one batch in all presigns and in the confirm, and say that the server pins it to a store; the reference says that the prefix is indexed. No source says whether a file that is presigned in another batch leaves the first.",
  }),
  parts: defineSwitch({
    about: "how many part numbers one call signs",
    forms: {
      many: "as many as requested",
      one: "one; a 400 for more",
      one422: "one; a 422 for more",
      few: "at most two; the rest of the request is left out",
    },
    default: "many",
    evidence:
      "The field is a list; the SDKs ask for one at a time, and no source says that a longer one is signed as a whole.",
  }),
  uploadVisibility: defineSwitch({
    about: "the visibility of a dataset made from an upload",
    forms: { any: "any", private: "only private; a 400 on `visibility` for others" },
    default: "private",
    evidence: "The SDK's command line makes only private ones; the SDK's functions accept any.",
  }),
  datasetChanges: defineSwitch({
    about: "PATCH and DELETE of a dataset",
    forms: {
      offered: "both work",
      absent: "a 405 for both",
      forbidden: "a 403 for both",
      notFound: "a 404 for both",
    },
    default: "absent",
    evidence:
      "No source has a route; the description of a scope and two events (`dataset.updated`, `dataset.deleted`) hint at them.",
  }),
  itemKeys: defineSwitch({
    about: "`key` of an item",
    forms: {
      path: "the path in the dataset",
      below: "the dataset's name, then the path",
      baseName: "the file's name, without its folders",
      uuid: "a UUID with the file's suffix",
      null: "null",
    },
    default: "path",
    evidence:
      'The reference says "typically the filename"; the SDKs allow null, and place files below `<root>/<dataset_name>/`.',
  }),
  itemUrls: defineSwitch({
    about: "`url` and `data_url` of an item (of a file in the emulator's own storage)",
    forms: {
      original: "the file as it was sent",
      rendition: "a rendition of it: another size, type and `ETag`",
      viewable:
        "a rendition where browsers don't show its format, as TIFF; else the file as it was sent",
      scaled:
        "half of an image of more than 1 KiB, of the same type, with a weak `ETag` of its own; else the file as it was sent",
      otherHost: "the file as it was sent, by another name of the host",
      unnamed: "the file as it was sent, by a URL that does not have its path",
      apart: "`data_url` is the file as it was sent, `url` a rendition of it",
    },
    default: "original",
    evidence:
      'The reference calls `data_url` the "URL to the full-resolution data file" and has the thumbnail\'s apart; the SDKs read `url`, and no source says what that leads to. A viewer may be given previews, or the objects of a CDN.',
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
