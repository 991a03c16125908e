// The switches as a table in Markdown, for docs/emulator.md. Pure.
import type { Switch } from "./switch";

export function dialectTable(switches: Readonly<Record<string, Switch>>): string {
  const rows = Object.entries(switches).map(
    ([name, { about, forms, evidence, ...chosen }]) =>
      `| \`${name}\`: ${cell(about)} | ${formsOf(forms, chosen)} | ${cell(evidence)} |`,
  );
  return ["| switch | forms | evidence |", "| --- | --- | --- |", ...rows].join("\n");
}

function formsOf(forms: Switch["forms"], chosen: Pick<Switch, "default" | "likeliest">): string {
  const marks = (form: string): string =>
    [
      ...(form === chosen.default ? ["default"] : []),
      ...(form === chosen.likeliest ? ["likeliest"] : []),
    ].join(", ");
  return Object.entries(forms)
    .map(([form, words]) => {
      const mark = marks(form);
      return `\`${form}\`${mark === "" ? "" : ` (${mark})`}: ${cell(words)}`;
    })
    .join("<br>");
}

/** A `|` would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
