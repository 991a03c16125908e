// Switches of the API as a whole: errors, pages, limits, who the caller is, what a key may do. A description, no behaviour.
import { defineSwitch } from "./switch";

export const MANNERS = {
  takenName: defineSwitch({
    about: "the response to a dataset name or slug that is taken",
    forms: {
      conflict: "a 409",
      detail: 'a 400 with `{"detail": "Dataset with the given name already exists."}`',
      field: 'a 400 on the field: `{"name": ["Dataset with this name already exists."]}`',
    },
    default: "detail",
    evidence:
      "The SDKs look for the 400 and its words; the reference lists a 409; field errors are the guide's form of a 400.",
  }),
  validationErrors: defineSwitch({
    about: "the body of a validation error",
    forms: {
      fields: '`{"field": ["…"]}`',
      detail: '`{"detail": {"field": ["…"]}}`',
      listed: '`{"detail": [{"loc": ["body", "field"], "msg": "…"}]}`, with a 422',
      words: '`{"detail": "field: …"}`',
    },
    default: "fields",
    evidence:
      "The guide shows the first; the reference shows the second, and a `detail` of words; 422 beside 400 is another framework's, which lists them.",
  }),
  pageLinks: defineSwitch({
    about: "`next` and `previous` of a page",
    forms: { absolute: "an absolute URL", relative: "a path with its query" },
    default: "absolute",
    evidence: "The guide shows absolute URLs; no source promises them for every list.",
  }),
  largePages: defineSwitch({
    about: "a `limit` of more than 100 entries a page",
    forms: {
      cut: "cut to 100",
      taken: "honored, up to 1,000",
      refused: "a 400 on `limit`",
    },
    default: "cut",
    evidence:
      "The guide shows `limit` and a default of 100; no source gives its bound, and the framework cuts what is over its own.",
  }),
  workCounts: defineSwitch({
    about: "`annotations_count` and `project_count` of a dataset",
    forms: { present: "in every response", absent: "in none" },
    default: "present",
    evidence: "The reference lists them; the SDKs allow a dataset without them.",
  }),
  numberedLists: defineSwitch({
    about: "the lists of organizations, of slices and of an owner's datasets",
    forms: {
      numbered: "pages by number, with `count`; 20 organizations a page",
      cursor: "pages by cursor, like all others",
      array: "a plain array",
    },
    default: "numbered",
    evidence: "The reference and the SDKs page them by number; the SDKs accept plain arrays too.",
  }),
  rateLimitHeaders: defineSwitch({
    about: "`X-RateLimit-Limit`, `-Remaining` and `-Reset`",
    forms: { present: "in every response", absent: "in none" },
    default: "present",
    evidence: "The guide and the reference name them; a gateway may remove them.",
  }),
  usersMe: defineSwitch({
    about: "`GET /users/me/`",
    forms: {
      full: "`uid`, `username`, `handle`, `email`",
      uid: "`uid` and nothing else",
      forbidden: "a 403 for a key that has scopes",
    },
    default: "full",
    evidence:
      "The SDKs read `uid` only; no source lists the fields, or says which scope a scoped key needs.",
  }),
  ownerName: defineSwitch({
    about: "`owner_name` of what a person owns",
    forms: {
      username: "the username",
      handle: "the handle",
      email: "the e-mail address",
      null: "null, also of what an organization owns",
    },
    default: "handle",
    evidence:
      "The SDKs describe a handle or a username and allow null; the newest source has handles in paths; the reference shows an e-mail address.",
  }),
  scopes: defineSwitch({
    about: "the scopes that a scoped key needs",
    forms: {
      few: "those of the reference: `exports.create` also polls, `projects.read` also lists tasks, `datasets.*` covers the rest",
      many: "those of the newest source: `exports.read` to poll, and scopes of their own for storage, webhooks, organizations, slices, quality",
    },
    default: "many",
    evidence:
      "The reference names five scopes and says that `exports.create` downloads; the newest source has its own table.",
  }),
  permissions: defineSwitch({
    about: "`GET /users/me/permissions/`",
    forms: {
      absent: "a 404",
      present: "`{type, is_staff_privileged, scopes, capabilities, toolsets}`",
    },
    default: "present",
    evidence: "Only the newest source knows it, and expects a 404 of older servers.",
  }),
  projectPaths: defineSwitch({
    about: "where projects are",
    forms: {
      both: "under `/users/me/projects/` and under `/projects/`",
      mine: "under `/users/me/projects/`; `/projects/` is a 403, `/projects/{owner}/` lists an owner's",
    },
    default: "mine",
    evidence:
      "The SDKs from 0.8 use the first; the newest source says that `/projects/` is for staff; the reference has `/projects/{owner}/`.",
  }),
  storageConfigs: defineSwitch({
    about: "whose storage configs are",
    forms: {
      user: "the key's user's; `organization` is optional",
      organization: "an organization's; `?organization=` is required of a member of several",
    },
    default: "organization",
    evidence:
      "The reference and the SDKs both say that `organization` is required then; the reference's guide to cloud storage puts it on all calls.",
  }),
};
