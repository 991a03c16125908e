// The Action in every dialect.
import { ACTION } from "./action";
import { openActionBench } from "./action-bench";
import { overDialects } from "./over-dialects";

overDialects(ACTION, openActionBench);
