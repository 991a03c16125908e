// A release's notes, out of CHANGELOG.md. Knows nothing of files, Git or GitHub's API.
// @ts-check
"use strict";

const UNRELEASED = "Unreleased";
const REPOSITORY = "https://github.com/avala/upload-action";
/** GitHub's own limit for the text of a release. */
const MAX_NOTES_CHARACTERS = 125_000;

/**
 * @typedef {{ readonly title: string, readonly body: string }} Section
 * @param {string} changelog
 * @returns {{ readonly head: string, readonly sections: readonly Section[] }}
 */
function parse(changelog) {
  const [head = "", ...parts] = changelog.split(/^## /m);
  const sections = parts.map((part) => {
    const [title = "", ...lines] = part.split("\n");
    return { title: title.trim(), body: lines.join("\n").trim() };
  });
  return { head, sections };
}

/** @param {string} head @param {readonly Section[]} sections */
function format(head, sections) {
  const texts = sections.map(
    ({ title, body }) => `## ${title}\n${body === "" ? "" : `\n${body}\n`}`,
  );
  return `${head.trimEnd()}\n\n${texts.join("\n")}`;
}

/** A release is shown outside of the repository's files, so a link to one of them needs its whole address. @param {string} text @param {string} tag */
function withWholeLinks(text, tag) {
  return text.replaceAll(
    /\]\((?!https?:|mailto:)([^)\s]+)\)/g,
    (_all, /** @type {string} */ target) => {
      const file = target.startsWith("#") ? `CHANGELOG.md${target}` : target;
      return `](${REPOSITORY}/blob/${tag}/${file})`;
    },
  );
}

/**
 * The notes of `version`: its section, and how to get and verify it.
 * @param {string} changelog @param {string} version
 * @throws where the section is missing or empty, where lines still stand under Unreleased, and where it is too long
 */
function notesOf(changelog, version) {
  const { sections } = parse(changelog);
  const section = sections.find(({ title }) => title === version);
  if (section === undefined || section.body === "")
    throw new Error(`CHANGELOG.md has nothing under "## ${version}".`);
  const left = sections.find(({ title }) => title === UNRELEASED)?.body ?? "";
  if (left !== "")
    throw new Error(
      `CHANGELOG.md has lines under "## ${UNRELEASED}": move them by node scripts/release.mjs cut ${version}`,
    );
  const tag = `v${version}`;
  const notes = [
    withWholeLinks(section.body, tag),
    `In a workflow: \`uses: avala/upload-action@${tag}\`. In a stack: \`npm install @avala/pulumi@${version}\`.`,
    `[How to verify this release](${REPOSITORY}/blob/${tag}/CONTRIBUTING.md#verifying-a-release)`,
  ].join("\n\n");
  if (notes.length > MAX_NOTES_CHARACTERS)
    throw new Error(
      `The notes of ${version} are longer than the ${MAX_NOTES_CHARACTERS} characters of a release.`,
    );
  return `${notes}\n`;
}

/**
 * What is under Unreleased, moved under `version`: after what stands there already.
 * @param {string} changelog @param {string} version
 */
function cut(changelog, version) {
  const { head, sections } = parse(changelog);
  const left = sections.find(({ title }) => title === UNRELEASED)?.body ?? "";
  const there = sections.find(({ title }) => title === version)?.body ?? "";
  const body = [there, left].filter((text) => text !== "").join("\n");
  const others = sections.filter(({ title }) => title !== UNRELEASED && title !== version);
  return format(head, [{ title: UNRELEASED, body: "" }, { title: version, body }, ...others]);
}

module.exports = { cut, notesOf };
