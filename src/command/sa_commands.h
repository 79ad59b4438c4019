/* SAJOIN, SAPART, SAMODE, SANICK and CHGHOST: operators act for others. */
#pragma once

#include "action/command.h"

/* Report the command and all its parameters in the log and to the other operators. */
void sa_commands_report(const struct call *call);
