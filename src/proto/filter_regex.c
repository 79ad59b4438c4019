/* Owns the use of PCRE2.
 *
 * PCRE2 counts steps anew for each place of the text where a match might begin. Therefore the limit
 * is lower for a longer text, so that a text takes about the same time at worst. */
#include "proto/filter_regex.h"

#include <stdlib.h>

#include "base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MOST_STEPS 100000 /* for all places of a text together: about a millisecond */
#define LEAST_STEPS 100	  /* for one place */
#define MOST_STEPS_AT_ONCE 5000
#define MOST_DEPTH 500
#define MOST_MEMORY_KIB 256
#define MOST_NESTING 50

struct filter_regex {
	pcre2_code *code;
};

struct filter_work {
	const char *text;
	size_t length;
	pcre2_general_context *general;
	pcre2_match_context *context;
	pcre2_match_data *data;
};

static void *take_regex_memory(size_t size, void *data)
{
	(void) data;
	return mem_space(size);
}

static void give_regex_memory(void *memory, void *data)
{
	(void) data;
	free(memory);
}

static void describe_error(int error, size_t offset, struct buffer *why)
{
	PCRE2_UCHAR text[120];

	pcre2_get_error_message(error, text, sizeof(text));
	buffer_format(why, "%s, at byte %zu of the pattern", (const char *) text, offset + 1);
}

/* A pattern may begin with (*LIMIT_MATCH=...) and the like, which only lower limits. */
struct filter_regex *filter_regex_new(const char *pattern, bool is_literal, struct buffer *why)
{
	pcre2_general_context *general =
		pcre2_general_context_create(take_regex_memory, give_regex_memory, NULL);
	pcre2_compile_context *context = pcre2_compile_context_create(general);
	uint32_t options = PCRE2_UTF | PCRE2_CASELESS |
			   (is_literal ? PCRE2_LITERAL : PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C);
	struct filter_regex *regex = NULL;
	PCRE2_SIZE offset;
	pcre2_code *code;
	int error;

	pcre2_set_parens_nest_limit(context, MOST_NESTING);
	code = pcre2_compile(
		(PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED, options, &error, &offset, context);
	if (code) {
		regex = mem_new(sizeof(*regex));
		regex->code = code;
	} else {
		describe_error(error, offset, why);
	}
	pcre2_compile_context_free(context);
	pcre2_general_context_free(general);
	return regex;
}

void filter_regex_free(struct filter_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex);
}

static uint32_t steps_at_once(size_t length)
{
	size_t steps = MOST_STEPS / (length + 1);

	if (steps > MOST_STEPS_AT_ONCE)
		return MOST_STEPS_AT_ONCE;
	return steps < LEAST_STEPS ? LEAST_STEPS : (uint32_t) steps;
}

struct filter_work *filter_work_new(const char *text, size_t length)
{
	struct filter_work *work = mem_new(sizeof(*work));

	work->text = text;
	work->length = length;
	work->general = pcre2_general_context_create(take_regex_memory, give_regex_memory, NULL);
	work->context = pcre2_match_context_create(work->general);
	work->data = pcre2_match_data_create(1, work->general);
	pcre2_set_match_limit(work->context, steps_at_once(length));
	pcre2_set_depth_limit(work->context, MOST_DEPTH);
	pcre2_set_heap_limit(work->context, MOST_MEMORY_KIB);
	return work;
}

void filter_work_free(struct filter_work *work)
{
	if (!work)
		return;
	pcre2_match_data_free(work->data);
	pcre2_match_context_free(work->context);
	pcre2_general_context_free(work->general);
	free(work);
}

static enum filter_result match_from(
	const struct filter_regex *regex, struct filter_work *work, size_t start, uint32_t options)
{
	int result = pcre2_match(regex->code, (PCRE2_SPTR) work->text, work->length, start,
		options | PCRE2_NO_UTF_CHECK, work->data, work->context);

	if (result >= 0) /* 0: there are more groups than places for them */
		return FILTER_RESULT_YES;
	return result == PCRE2_ERROR_NOMATCH ? FILTER_RESULT_NO : FILTER_RESULT_LIMIT;
}

enum filter_result filter_regex_match(const struct filter_regex *regex, struct filter_work *work)
{
	return match_from(regex, work, 0, 0);
}

char *filter_regex_strip(const struct filter_regex *regex, struct filter_work *work)
{
	const PCRE2_SIZE *found = pcre2_get_ovector_pointer(work->data);
	enum filter_result result;
	struct buffer out = { 0 };
	size_t at = 0;

	/* \K in a lookbehind may let a match begin before the place where its search began. */
	while ((result = match_from(regex, work, at, PCRE2_NOTEMPTY)) == FILTER_RESULT_YES &&
		found[0] >= at && found[1] > found[0]) {
		buffer_put(&out, work->text + at, found[0] - at);
		at = found[1];
	}
	buffer_put(&out, work->text + at, work->length - at);
	if (result == FILTER_RESULT_LIMIT) {
		buffer_done(&out);
		return NULL;
	}
	return buffer_take(&out);
}
