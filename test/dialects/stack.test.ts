// The provider's handlers in every dialect.
import { overDialects } from "./over-dialects";
import { STACK } from "./stack";
import { openStackBench } from "./stack-bench";

overDialects(STACK, openStackBench);
