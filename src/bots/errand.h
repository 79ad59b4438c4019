/* Carrying out what a user asks a service for. */
#pragma once

#include "bots/bots.h"

/* The parameters of the call from this number on, as one text, which may contain a secret. */
struct buffer errand_text(const struct call *call, int first_param);
/* Carry out the text: a subcommand and its parameters. */
void errand_run(struct call *call, const struct service *service, const char *text);
/* The place of a secret in such a text. */
struct message_place errand_find_secret(
	const struct service *service, const char *text, size_t length);
/* The same in a line whose parameters from this number on, from 1, are the text. */
struct message_place errand_find_secret_in_line(
	const struct service *service, const char *line, size_t length, int first_param);
