/* What papod does with mails, at once; sendmail takes them, or does not. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "world/event.h"
#include "world/world.h"

struct fake_mailer {
	uint64_t answered; /* the last request */
	uint8_t n_codes;   /* the code of the first mail has ten bytes of 1, and so on */
	bool is_held;	   /* answers wait */
	bool is_failing;
	bool is_refusing;
	struct buffer last; /* the last mail in one line: its address, subject, text */
	char hash[80];	    /* the text of the event */
};

void fake_mailer_done(struct fake_mailer *mailer);
/* The answer to the oldest mail without one. False: there is none, or answers are held. */
bool fake_mailer_answer(
	struct fake_mailer *mailer, const struct world *world, struct event *ret_event);
