/* Calling papod. */
#pragma once

#include <jansson.h>

#include "papoctl/words.h"

/* What papod has answered; the caller releases. */
struct answer_of_papod {
	json_t *rows;	 /* of a report: all of them */
	json_t *message; /* of an act: the sentence */
	bool is_partial; /* see REPORT_PARTIAL */
};

void answer_of_papod_done(struct answer_of_papod *asked);
/* 0, or a status of sysexits.h after a message. */
int ask_for_metrics(const char *program, json_t **ret_texts); /* the parts of one text */
int call_papod(const char *program, const struct words *words, struct answer_of_papod *ret_asked);
