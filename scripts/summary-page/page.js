// A job summary in a real browser, rendered as GitHub renders it and in GitHub's own style. Knows nothing of what is in it.
// @ts-check
"use strict";

const path = require("node:path");
const { envWith } = require("../parts/index");

/** @typedef {import("../parts/index").Part} Part */

const MODULES = path.join(__dirname, "..", "..", "node_modules");
/** @type {import("./browser").Launcher} */
const launcher = require(path.join(MODULES, "playwright-core")).chromium;
/** The margin that GitHub has around it, wide and narrow. */
const STYLE = `
  body { margin: 0; background: #fff; }
  .markdown-body { box-sizing: border-box; max-width: 980px; margin: 0 auto; padding: 24px; }
  @media (max-width: 767px) { .markdown-body { padding: 16px; } }
`;
const HEIGHT = 700;

/** @param {Part} chromium */
function openBrowser(chromium) {
  const env = Object.entries(envWith(chromium)).flatMap(([name, value]) =>
    value === undefined ? [] : [/** @type {const} */ ([name, value])],
  );
  return launcher.launch({
    executablePath: chromium.command,
    env: Object.fromEntries(env),
    // What is opened is ours, and in a container nothing can be sandboxed. It has nothing to look for on the net.
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
}

/**
 * @typedef {object} SummaryPage
 * @property {import("./browser").Page} page
 * @property {readonly string[]} removed elements and attributes that GitHub would not show
 * @property {(width: number) => Promise<number>} overflowAt by how many pixels it is wider than the window
 *
 * @param {import("./browser").Browser} browser @param {Part} mermaid @param {string} markdown
 * @returns {Promise<SummaryPage>}
 */
async function openSummary(browser, mermaid, markdown) {
  const page = await browser.newPage({ viewport: { width: 980, height: HEIGHT } });
  await page.route("**", (route) => route.abort());
  await page.setContent("<!doctype html><html lang='en'><body></body></html>");
  const style = path.join(MODULES, "github-markdown-css", "github-markdown-light.css");
  await page.addStyleTag({ path: style });
  await page.addStyleTag({ content: STYLE });
  for (const file of [
    path.join(MODULES, "marked", "lib", "marked.umd.js"),
    path.join(MODULES, "dompurify", "dist", "purify.min.js"),
    mermaid.command,
    path.join(__dirname, "renderer.js"),
  ]) {
    await page.addScriptTag({ path: file });
  }
  /** @type {string[]} */
  const removed = await page.evaluate(`renderSummary(${JSON.stringify(markdown)})`);
  return {
    page,
    removed,
    async overflowAt(width) {
      await page.setViewportSize({ width, height: HEIGHT });
      return page.evaluate("document.scrollingElement.scrollWidth - innerWidth");
    },
  };
}

module.exports = { openBrowser, openSummary };
