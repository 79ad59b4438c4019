/* Owns the step "push". */
#include "push_step.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "pattern.h"

/* A push that was sent; "nothing": there is none. */
static void expect_push(struct stage *stage, const char *pattern)
{
	CLEANUP(mem_freep) char *push = fake_pusher_take(&stage->pusher);

	if (strcmp(pattern, "nothing") == 0 ? push != NULL
					    : !push || !pattern_matches(pattern, push))
		stage_fail(stage, "the push is\n\t%s\ninstead of\n\t%s", push ? push : "nothing",
			pattern);
}

static void set_push_key(struct stage *stage, const char *key)
{
	stage_run(stage, (struct event){
				 .kind = EVENT_PUSHED,
				 .status = PUSHED_KEY,
				 .text = key,
				 .text_length = strlen(key),
			 });
}

void push_step(struct stage *stage, const char *rest)
{
	static const struct {
		const char *word;
		enum pushed status;
	} rows[] = { { "works", PUSHED_SENT }, { "fails", PUSHED_FAILED },
		{ "is gone", PUSHED_GONE } };

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rest, rows[i].word) == 0) {
			stage->pusher.status = rows[i].status;
			return;
		}
	if (strcmp(rest, "holds") == 0 || strcmp(rest, "goes on") == 0)
		stage_hold_answers(stage, &stage->pusher.is_held, strcmp(rest, "holds") == 0);
	else if (text_starts_with(rest, "key "))
		set_push_key(stage, rest + strlen("key "));
	else
		expect_push(stage, rest);
}
