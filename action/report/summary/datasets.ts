// The table of the summary that has a row for each dataset or folder. Pure.
import { formatBytes, formatCount } from "../../../src/text";
import type { Facts } from "../facts/facts";
import type { Row, Totals } from "../facts/rows";
import { details, fitting, link, row, tableHead, type Clean } from "./markdown";

/** More than these are folded. */
const maxOpenRows = 20;
const BOUND = { most: 1_000, maxBytes: 300_000 };

export function datasetTable(facts: Facts, text: Clean): readonly string[] {
  const { rows, totals, results } = facts;
  if (rows.length === 0) return [];
  const isPlan = results.plan !== undefined;
  const columns = columnsOf(totals, isPlan);
  const head = ["Dataset", ...columns.map(({ title }) => title)];
  const cellsOf = (of: Totals): readonly string[] => columns.map(({ value }) => value(of));
  const { lines, rest } = fitting(
    rows.map((one) => row([nameCell(one, text), ...cellsOf(one)])),
    BOUND,
  );
  const total = row(["**Total**", ...cellsOf(totals).map((value) => `**${value}**`)]);
  const table = [
    ...tableHead(head, columns.length),
    ...lines,
    ...(rest > 0 ? [row([moreText(rest), ...columns.map(() => "")])] : []),
    ...(rows.length > 1 ? [total] : []),
    "",
  ];
  if (rows.length <= maxOpenRows) return table;
  const totalTable = [...tableHead(head, columns.length), total, ""];
  return [...totalTable, ...details(`${formatCount(rows.length)} datasets`, table)];
}

function moreText(rest: number): string {
  return `and ${formatCount(rest)} more rows: see report.json`;
}

function nameCell({ name, uid, url, state, folder }: Row, text: Clean): string {
  const first = folder === "" ? state : `${state}, folder ${folder}`;
  const lines = [first, ...(uid === undefined ? [] : [`uid ${uid}`])].map(text);
  return `${link(text(name), url)}<br><sub>${lines.join("<br>")}</sub>`;
}

interface Column {
  readonly title: string;
  readonly value: (of: Totals) => string;
}

/** What went wrong has a column only where there is something of it. */
function columnsOf(totals: Totals, isPlan: boolean): readonly Column[] {
  const there: Column = { title: "Already there", value: (of) => formatCount(of.unchanged) };
  const unverified: Column = { title: "Not compared", value: (of) => formatCount(of.unverified) };
  const others = totals.unverified > 0 ? [unverified] : [];
  const files: Column = { title: "Files", value: (of) => formatCount(of.files) };
  const bytes: Column = { title: "Size", value: (of) => formatBytes(of.bytes) };
  if (isPlan) {
    const toSend: Column = { title: "To send", value: (of) => formatCount(of.toSend) };
    return [files, bytes, toSend, there, ...others];
  }
  const sent: Column = { title: "Sent", value: (of) => formatCount(of.sent) };
  const failed: Column = { title: "Failed", value: (of) => formatCount(of.failed) };
  return [files, bytes, sent, there, failed, ...others];
}
