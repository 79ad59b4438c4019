/* Owns the ring of answers. */
#include "push/recent_answers.h"

#include <string.h>

#include "base/text.h"

void recent_answers_add(struct recent_answers *recent, const char *id, enum push_result result)
{
	struct recent_answer *answer = &recent->ring[recent->next];

	text_copy(answer->id, sizeof(answer->id), id);
	answer->result = result;
	recent->next = (recent->next + 1) % RECENT_ANSWERS;
}

const struct recent_answer *recent_answers_find(const struct recent_answers *recent, const char *id)
{
	for (size_t i = 0; i < RECENT_ANSWERS; i++)
		if (strcmp(recent->ring[i].id, id) == 0)
			return &recent->ring[i];
	return NULL;
}
