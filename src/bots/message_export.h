/* EXPORT MESSAGES of NickServ: what the caller's account wrote, from the history, as JSON. */
#pragma once

#include "action/long_answer.h"
#include "bots/bots.h"
#include "world/event.h"

extern const struct long_answer answer_export;

void message_export_begin(struct errand *errand);
/* The answer to a question that a part of it has asked. */
void message_export_answered(struct call *call, const struct event *event);
