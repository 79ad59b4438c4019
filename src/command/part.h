/* Leaving channels. */
#pragma once

#include "command/command.h"

void part_all(struct call *call);
