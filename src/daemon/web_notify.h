/* Notifications over HTTP: POST /notify/SOURCE. */
#pragma once

#include "daemon/web_answering.h"

void web_answer_notify(const struct web_answering *answering);
