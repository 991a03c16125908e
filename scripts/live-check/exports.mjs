// What exports show: the word of their status, their fields, and where and what their file is.
import { entriesOf, isRecord, isRefusal } from "./ask.mjs";

const STATUS = { exported: "exported", completed: "completed", EXPORTED: "shouted" };

export async function lookAtExports(context) {
  const exports = entriesOf(await context.ask("GET", "/exports/", { query: { limit: 20 } }));
  for (const one of exports) if (lookAtFailure(context, one)) break;
  const done = exports.find(({ download_url: url }) => typeof url === "string" && url !== "");
  if (done !== undefined) await lookAtFile(context, done);
}

/** Which fields a failed export has. @returns whether it is one */
export function lookAtFailure({ findings }, one) {
  if (!/^(failed|error)$/i.test(String(one.status))) return false;
  findings.speaks("exportReason", "error" in one || "updated_at" in one ? "error" : "none");
  findings.fact(`A failed export has the fields ${Object.keys(one).sort().join(", ")}.`);
  return true;
}

/** Of a finished export. Its URL is a secret: the host alone is printed. */
export async function lookAtFile({ core, avala, findings }, found) {
  findings.speaks("exportStatus", STATUS[found.status]);
  findings.fact(`A finished export has the status ${String(found.status)}.`);
  const isNoReason = !("error" in found) && !("updated_at" in found);
  if (isNoReason) findings.speaks("exportReason", "none");
  const url = new URL(found.download_url, avala.baseUrl);
  const isOwn = url.origin === new URL(avala.baseUrl).origin;
  findings.speaks("exportHost", isOwn ? "api" : "storage");
  findings.answer(8, `From ${url.host}${isOwn ? ", the API's own origin" : ""}.`);
  const kind = await kindOf({ core, avala }, found.download_url);
  findings.answer(8, `Its bytes are ${kind ?? "of neither type, or could not be read"}.`);
  findings.speaks("exportKind", kind);
}

/** By the first bytes of it. The core's own rules say which hosts are trusted, and where the key goes. */
async function kindOf({ core, avala }, url) {
  try {
    const { body } = await core.download(avala, url, { signal: AbortSignal.timeout(60_000) });
    for await (const chunk of body) {
      const start = Buffer.from(chunk).subarray(0, 64).toString("latin1").trimStart();
      if (start.startsWith("PK")) return "zip";
      return /^[[{]/.test(start) ? "json" : undefined;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

/** Creates one of a dataset, with the field that a server may not know. @returns its uid, or undefined */
export async function createExport({ ask, findings }, { name, uid }) {
  const body = {
    ...{ name, format: "avala-json-external" },
    ...{ datasets: [uid], projects: [], slices: [] },
  };
  const full = await ask("POST", "/exports/", { body: { ...body, dataset: uid } });
  const isRefused = isRefusal(full);
  const made = isRefused ? await ask("POST", "/exports/", { body }) : full;
  const isMade = made.status < 300 && isRecord(made.json);
  if (isMade) findings.speaks("exportFields", isRefused ? "refused" : "accepted");
  findings.answer(
    6,
    isMade
      ? `${isRefused ? `Yes: dataset beside the lists is a ${full.status}` : "No: dataset beside the lists is taken"}.`
      : `An export could not be made: ${made.status}.`,
  );
  if (!isMade) return undefined;
  const sources = Array.isArray(made.json.datasets) ? made.json.datasets.length : 0;
  findings.speaks("exportSources", sources > 0 ? "full" : "empty");
  return String(made.json.uid);
}
