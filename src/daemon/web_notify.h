/* Messages that come over HTTP: notifications, and those of programs of the API. */
#pragma once

#include "daemon/web_answering.h"

void web_answer_notify(const struct web_answering *answering);
void web_answer_send(const struct web_answering *answering);
