/* Acts of operators, as they go into the audit log. */
#pragma once

#include "world/outbox.h"

struct stage;

/* An entry for the log of the stage. Ends the scenario if an operator has done what others cannot,
 * and the row of the command does not say what papoctl has for that. */
void act_note(struct stage *stage, const struct log_fields *log);
