// What one switch of the dialect is. No switch, no behaviour.

/** One thing on which the public evidence about Avala disagrees or is silent. */
export interface Switch<Form extends string = string> {
  /** The question, as a noun phrase. */
  readonly about: string;
  /** What the server does, for each form that it can play. */
  readonly forms: Readonly<Record<Form, string>>;
  /** What the live API most likely does, by the evidence. */
  readonly default: Form;
  /** Which public source says what. */
  readonly evidence: string;
}

/** Keeps the forms' names as a type, and holds the default to them. */
export function defineSwitch<const Form extends string>(described: {
  readonly about: string;
  readonly forms: Readonly<Record<Form, string>>;
  readonly default: NoInfer<Form>;
  readonly evidence: string;
}): Switch<Form> {
  return described;
}
