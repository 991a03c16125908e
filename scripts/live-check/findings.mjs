// What a check found: an answer to each open question of docs/api.md, and the forms of the dialect that it saw.
// Makes text; asks nothing.

const QUESTIONS = [
  "Does the first protocol still work where the second does?",
  "Does a confirm with dataset_upload_uid index that batch only?",
  "Are several part_numbers signed at once?",
  "Do datasets take PATCH or DELETE, and webhooks a new secret?",
  "Do items keep folders in key?",
  "Does creating an export refuse unknown fields?",
  "Does exports.create poll?",
  "From which host is an export downloaded, and of which type is it?",
  "Which fields has /users/me/, and may a scoped key read it?",
  "May an uploaded dataset be public at once?",
];

// No text of a server's is printed with a person's address in it.
const ADDRESS = /[^\s"'<>@]+@[^\s"'<>@]+/g;

export function createFindings(printable) {
  const dialect = {};
  const answers = new Map();
  const facts = [];
  const shown = (text) => printable(text).replace(ADDRESS, "[address]");
  return {
    dialect,
    facts,
    answersTo: (question) => answers.get(question) ?? [],
    /** A form that this server showed; what is `undefined` was not shown. */
    speaks: (name, form) => {
      if (form !== undefined) dialect[name] = form;
    },
    fact: (text) => facts.push(shown(text)),
    answer: (question, text) => {
      answers.set(question, [...(answers.get(question) ?? []), shown(text)]);
    },
  };
}

export function report({ dialect, facts, answersTo }, { isWriting }) {
  const silent = isWriting ? "Not shown by this check." : "Not shown without --write.";
  const questions = QUESTIONS.flatMap((question, index) => {
    const found = answersTo(index + 1);
    return [`${index + 1}. ${question}`, ...(found.length > 0 ? found : [silent]).map(indented)];
  });
  return [
    ...["Facts:", ...facts.map(indented), ""],
    ...["Open questions of docs/api.md:", ...questions, ""],
    "The dialect as far as it was seen, for avala-emulator --dialect FILE:",
    JSON.stringify(dialect, null, 2),
  ].join("\n");
}

const indented = (text) => `   ${text}`;
