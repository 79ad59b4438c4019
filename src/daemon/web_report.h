/* Reports over the HTTP API: those of the control socket, for programs with a token. */
#pragma once

#include "daemon/web_answering.h"

void web_answer_report(const struct web_answering *answering);
/* The audit log notes that the program reads what is said in the channel of the path. False: the
 * request was refused. */
bool web_note_listener(const struct web_answering *answering);
/* Append the next part of one that is going on. */
void web_report_go_on(
	const struct web_sources *sources, struct web_progress *progress, struct buffer *out);
