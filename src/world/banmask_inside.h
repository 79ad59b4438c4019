/* What the files of the masks share, and no other file. */
#pragma once

#include "world/banmask.h"
#include "world/faces.h"

struct banmask {
	const struct banmask_kind *kind; /* NULL: a plain mask */
	bool is_negated;
	struct hostmask plain;
	char *value;	       /* of an extended mask, as text; "" if there is none */
	struct banmask *inner; /* the value as masks; NULL: it contains none */
	size_t n_inner;
};

struct banmask_question {
	const struct ban_target *target;
	bool is_speech;
};

/* Does the mask match, or not match if it is negated? */
bool banmask_answers(const struct banmask_question *question, const struct banmask *mask);
/* The kind with that letter or name; NULL: none. */
const struct banmask_kind *banmask_kind_find(const char *word, size_t length);
