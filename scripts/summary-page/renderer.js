// Runs in a browser's page, beside marked, DOMPurify and Mermaid: renders a job summary as GitHub does. Its steps are those of
// GitHub's pipeline: Markdown, what its sanitizer lets through, alerts, charts.
// @ts-nocheck -- a page's globals have no types here
"use strict";

// What GitHub's sanitizer lets through, as far as a summary could want it.
const TAGS =
  "h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p ol ul table thead tbody tfoot blockquote kbd q samp hr li tr td th s strike summary details";
const ATTRIBUTES = "href src alt align lang open";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

marked.use({
  gfm: true,
  renderer: {
    code: ({ text, lang }) =>
      `<pre lang="${escaped(lang ?? "")}"><code>${escaped(text)}</code></pre>`,
  },
});

/** A quote whose first line is a marker. */
function markAlerts(article) {
  for (const quote of article.querySelectorAll(":scope > blockquote")) {
    const first = quote.firstElementChild;
    const [, kind] = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$/m.exec(
      first?.firstChild?.textContent?.split("\n")[0] ?? "",
    ) ?? [""];
    if (!kind) continue;
    const text = first.firstChild;
    text.textContent = text.textContent.slice(text.textContent.indexOf("\n") + 1);
    const alert = document.createElement("div");
    alert.className = `markdown-alert markdown-alert-${kind.toLowerCase()}`;
    const title = document.createElement("p");
    title.className = "markdown-alert-title";
    title.textContent = kind[0] + kind.slice(1).toLowerCase();
    alert.append(title, ...quote.childNodes);
    quote.replaceWith(alert);
  }
}

async function drawCharts(article) {
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
  let drawn = 0;
  for (const block of article.querySelectorAll('pre[lang="mermaid"]')) {
    const { svg } = await mermaid.render(`chart-${(drawn += 1)}`, block.textContent);
    const place = document.createElement("div");
    place.className = "chart";
    place.innerHTML = svg;
    block.replaceWith(place);
  }
}

/** @returns {Promise<string[]>} the elements and attributes that the sanitizer took away */
window.renderSummary = async (markdown) => {
  const article = document.createElement("article");
  article.className = "markdown-body";
  article.innerHTML = DOMPurify.sanitize(marked.parse(markdown), {
    ALLOWED_TAGS: TAGS.split(" "),
    ALLOWED_ATTR: ATTRIBUTES.split(" "),
  });
  // The body is of the document that it is parsed in.
  const removed = DOMPurify.removed
    .map(({ element, attribute }) => element?.nodeName ?? attribute?.name)
    .filter((name) => name !== "BODY");
  document.body.replaceChildren(article);
  markAlerts(article);
  await drawCharts(article);
  return removed;
};
