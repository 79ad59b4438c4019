/* What operators can do on IRC, and what papoctl has for it: see struct command. */
#pragma once

/* For papoctl(1): the items of a list. */
void powers_put(void);
/* For tests/lint/powers.sh: what only operators may do, and what papoctl has. */
void powers_print_rows(void);
