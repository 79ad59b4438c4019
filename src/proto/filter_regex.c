/* Owns the use of PCRE2.
 *
 * PCRE2 counts steps anew for each place of the text where a match might begin. Therefore the limit
 * is lower for a longer text, so that a text takes about the same time at worst. A long word, such
 * as a link, may reach it at one place, though all places together take little time. Then the text
 * is matched once more, with a limit for all of them: callouts count the items of the expression,
 * which takes longer for each.
 *
 * What an expression costs with ordinary texts is counted in items of it that PCRE2 compares: each
 * takes about 7 to 20 ns. PCRE2 skips at almost no cost the places where a match cannot begin, so
 * most expressions need few; one that may begin with any letter needs hundreds. */
#include "proto/filter_regex.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MOST_STEPS 100000 /* for all places of a text together: about a millisecond */
#define LEAST_STEPS 100	  /* for one place */
#define MOST_STEPS_AT_ONCE 5000
#define MOST_ITEMS 20000 /* for all places, if one takes too many steps: half a millisecond */
#define MOST_DEPTH 500
#define MOST_MEMORY_KIB 256
#define MOST_NESTING 50
#define REGEX_OPTIONS (PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C)

/* About 100 bytes each. */
static const char *const ordinary_texts[] = {
	"I have looked at the logs again, and the backup of last night did run, but it took two "
	"hours more...",
	"Bom dia a todos! Algu\xc3\xa9m sabe se a reuni\xc3\xa3o de amanh\xc3\xa3 ainda "
	"est\xc3\xa1 marcada? Vejam https://example.org/p/12",
	"for (size_t i = 0; i < n; i++) if (items[i].count > most) { most = items[i].count; "
	"best = &items[i]; }",
	"\xd0\xaf \xd0\xbf\xd0\xbe\xd1\x81\xd0\xbc\xd0\xbe\xd1\x82\xd1\x80\xd0\xb5\xd0\xbb "
	"\xd0\xbb\xd0\xbe\xd0\xb3\xd0\xb8, \xd0\xb8 \xd0\xba\xd0\xbe\xd0\xbf\xd0\xb8\xd1\x8f "
	"\xd0\xb1\xd1\x8b\xd0\xbb\xd0\xb0 \xd0\xbd\xd0\xbe\xd1\x87\xd1\x8c\xd1\x8e, "
	"\xd0\xbd\xd0\xbe \xd1\x88\xd0\xbb\xd0\xb0 \xd0\xb4\xd0\xb2\xd0\xb0",
	"THAT IS 100% NOT WHAT I MEANT!!! see 192.0.2.17, port 6697, or call 555-0199 at 14:30; "
	"version 2.4.1-rc3",
};

struct filter_regex {
	pcre2_code *code;
	char *pattern;
	uint32_t options;
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
static struct filter_regex *compile_regex(
	const char *pattern, uint32_t more_options, struct buffer *why)
{
	pcre2_general_context *general =
		pcre2_general_context_create(take_regex_memory, give_regex_memory, NULL);
	pcre2_compile_context *context = pcre2_compile_context_create(general);
	uint32_t options = PCRE2_UTF | PCRE2_CASELESS | more_options;
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
		regex->pattern = mem_text(pattern);
		regex->options = more_options;
	} else {
		describe_error(error, offset, why);
	}
	pcre2_compile_context_free(context);
	pcre2_general_context_free(general);
	return regex;
}

struct filter_regex *filter_regex_new(const char *pattern, bool is_literal, struct buffer *why)
{
	return compile_regex(pattern, is_literal ? PCRE2_LITERAL : REGEX_OPTIONS, why);
}

void filter_regex_free(struct filter_regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	free(regex->pattern);
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

static enum filter_result match_once(
	const struct filter_regex *regex, struct filter_work *work, size_t start, uint32_t options)
{
	int result = pcre2_match(regex->code, (PCRE2_SPTR) work->text, work->length, start,
		options | PCRE2_NO_UTF_CHECK, work->data, work->context);

	if (result >= 0) /* 0: there are more groups than places for them */
		return FILTER_RESULT_YES;
	return result == PCRE2_ERROR_NOMATCH ? FILTER_RESULT_NO : FILTER_RESULT_LIMIT;
}

struct item_count {
	uint32_t n_items, most;
};

static int count_item(pcre2_callout_block *block, void *data)
{
	struct item_count *count = data;

	(void) block;
	return ++count->n_items > count->most ? PCRE2_ERROR_CALLOUT : 0;
}

/* The expression as it counts its items; the caller frees. */
static struct filter_regex *compile_counting(const char *pattern, uint32_t options)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };

	return compile_regex(pattern, options | PCRE2_AUTO_CALLOUT, &why);
}

static enum filter_result match_counting(
	const struct filter_regex *regex, struct filter_work *work, size_t start, uint32_t options)
{
	struct filter_regex *counting = compile_counting(regex->pattern, regex->options);
	struct item_count count = { .most = MOST_ITEMS };
	enum filter_result result = FILTER_RESULT_LIMIT;

	if (!counting)
		return result;
	pcre2_set_match_limit(work->context, MOST_ITEMS);
	pcre2_set_callout(work->context, count_item, &count);
	result = match_once(counting, work, start, options);
	pcre2_set_callout(work->context, NULL, NULL);
	pcre2_set_match_limit(work->context, steps_at_once(work->length));
	filter_regex_free(counting);
	return result;
}

static enum filter_result match_from(
	const struct filter_regex *regex, struct filter_work *work, size_t start, uint32_t options)
{
	enum filter_result result = match_once(regex, work, start, options);

	return result == FILTER_RESULT_LIMIT ? match_counting(regex, work, start, options) : result;
}

enum filter_result filter_regex_match(const struct filter_regex *regex, struct filter_work *work)
{
	return match_from(regex, work, 0, 0);
}

static uint32_t count_items(const struct filter_regex *regex, const char *text)
{
	struct filter_work *work = filter_work_new(text, strlen(text));
	struct item_count count = { .most = UINT32_MAX };

	pcre2_set_callout(work->context, count_item, &count);
	(void) match_once(regex, work, 0, 0);
	filter_work_free(work);
	return count.n_items;
}

uint32_t filter_regex_cost(const char *pattern)
{
	struct filter_regex *regex = compile_counting(pattern, REGEX_OPTIONS);
	uint32_t most = 0;

	for (size_t i = 0; regex && i < ARRAY_LENGTH(ordinary_texts); i++) {
		uint32_t n_items = count_items(regex, ordinary_texts[i]);

		if (n_items > most)
			most = n_items;
	}
	filter_regex_free(regex);
	return most;
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
