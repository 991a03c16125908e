// The job summary of real runs, opened in a real browser as GitHub renders it.
import type { Emulator } from "../../emulator";
import type { Browser } from "../../scripts/summary-page/browser";
import { describeWithParts } from "../support/parts";
import { startQuietly } from "../support/quiet-emulator";
import { createTempTree, runTalkingTo, type TempTree } from "../support/recorded-action";
import { openBrowser, openSummary, type SummaryPage } from "../../scripts/summary-page/page";
import { jpeg } from "../support/temp-tree";

const FOLDERS = 24;
const env = {
  GITHUB_ACTION: "photos",
  GITHUB_JOB: "upload",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "me/pets",
  GITHUB_RUN_ID: "42",
  GITHUB_RUN_ATTEMPT: "1",
  GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
};
const upload = {
  root: "images",
  files: "**",
  dataset: "pets-{folder}-{digest}",
  "partition-depth": "1",
};
// Neither long words nor tags may break the page.
const LONG = `very-long-name-${"without-a-blank-".repeat(6)}.jpg`;
const EVIL = "<img src=x onerror=alert(1)> [a](https:evil) | `b`.jpg";

describeWithParts(["chromium", "mermaid"], ({ chromium, mermaid }) => {
  let browser: Browser;
  let tree: TempTree;
  let emulator: Emulator;

  beforeAll(async () => {
    browser = await openBrowser(chromium);
    const folders = Array.from({ length: FOLDERS }, (_, index) => `images/folder-${index}`);
    tree = createTempTree({
      ...Object.fromEntries(folders.map((name) => [`${name}/one.jpg`, jpeg(name)])),
      [`images/folder-0/${LONG}`]: jpeg("long"),
      [`images/folder-1/${EVIL}`]: jpeg("evil"),
    });
    emulator = await startQuietly({ requestsPerMinute: 10_000, ingestMs: 200, exportMs: 300 });
  });
  afterAll(async () => {
    await browser?.close();
    await emulator?.stop();
    tree?.remove();
  });

  async function summaryOf(inputs: Readonly<Record<string, string>>): Promise<SummaryPage> {
    const { summaries } = await runTalkingTo(emulator, { tree, env, inputs });
    return openSummary(browser, mermaid, summaries[0] ?? "");
  }

  test("has links, the table, the chart and the rest, and fits at 980 and 400 pixels", async () => {
    emulator.setFault({ on: { path: "*/file-upload-url/" }, times: 2, reply: { status: 503 } });
    const inputs = { ...upload, "export-datasets": "uploaded", "gate-min-exported": "0" };
    const { page, removed, overflowAt } = await summaryOf(inputs);
    expect(removed).toEqual([]);
    expect(await page.locator("h2").textContent()).toBe("Avala: Export complete · photos");

    const links = await page.locator("a").evaluateAll((all) => all.map(({ href }) => href));
    const [first] = emulator.datasets();
    expect(links).toEqual(
      expect.arrayContaining([
        "https://github.com/me/pets/commit/0123456789ab",
        "https://github.com/me/pets/actions/runs/42/attempts/1",
        `${emulator.baseUrl}/datasets/${first?.uid}/`,
        `${emulator.baseUrl}/exports/${emulator.exports()[0]?.uid}/`,
      ]),
    );
    expect(links.filter((href) => href.includes("evil"))).toEqual([]);
    expect(await page.locator("img").count()).toBe(0);

    const folded = page.locator("details", { hasText: `${FOLDERS} datasets` });
    expect(await folded.locator("tbody tr").count()).toBe(FOLDERS + 1);
    expect(await folded.locator("tbody").isVisible()).toBe(false);
    await folded.locator("summary").click();
    expect(await folded.locator("tbody").isVisible()).toBe(true);

    const chart = page.locator(".chart svg");
    expect(await chart.isVisible()).toBe(true);
    expect(await chart.locator("path.pieCircle").count()).toBeGreaterThan(2);
    expect(await chart.textContent()).toContain("Sending");

    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    const text = (await page.locator("article").textContent()) ?? "";
    for (const part of ["Retries", "Largest", "Inputs", "API calls", EVIL])
      expect(text).toContain(part);
    expect(text).not.toContain(emulator.apiKey);
    expect([await overflowAt(980), await overflowAt(400)]).toEqual([0, 0]);
    await page.close();
  });

  test("shows a failure as a block of caution with its next step and a page of the docs", async () => {
    const inputs = { ...upload, dataset: "pets", "partition-depth": "0", files: "*.nothing" };
    const { page, removed, overflowAt } = await summaryOf(inputs);
    expect(removed).toEqual([]);
    const block = page.locator(".markdown-alert-caution");
    expect(await block.isVisible()).toBe(true);
    expect(await block.textContent()).toContain("*.nothing");
    expect(await block.locator("a").getAttribute("href")).toMatch(/troubleshooting\.md#input$/);
    expect([await overflowAt(980), await overflowAt(400)]).toEqual([0, 0]);
    await page.close();
  });
});
