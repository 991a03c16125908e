// Which rules say what a look at a file finds and what lines choose, as one word. What was found and chosen by others is
// found again: two builds of one version may differ in them. A constant, since nothing is cheaper at a start; a test holds it
// to the sources.
export const RULES = "5dc472ec593b";
