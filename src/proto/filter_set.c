/* Owns the preparation of texts for filters, and which part of the machinery looks at them.
 *
 * Literals and globs are compared with the text as unicode_fold() leaves it: without case,
 * compatibility forms and invisible characters. Expressions see it as members read it, without
 * formatting. */
#include "proto/filter_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/filter_sieve.h"
#include "proto/formatting.h"
#include "proto/unicode.h"

struct entry {
	uint32_t places;
	size_t id;
	struct filter_regex *regex; /* NULL: the sieve has it */
};

struct filter_set {
	struct filter_sieve *sieve;
	struct entry *entries;
	size_t n_entries;
	size_t *regexes; /* indexes of entries */
	size_t n_regexes;
	uint32_t places;
	bool has_sieved;
};

struct filter_set *filter_set_new(void)
{
	struct filter_set *set = mem_new(sizeof(*set));

	set->sieve = filter_sieve_new();
	return set;
}

void filter_set_free(struct filter_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->n_entries; i++)
		filter_regex_free(set->entries[i].regex);
	filter_sieve_free(set->sieve);
	free(set->entries);
	free(set->regexes);
	free(set);
}

static void lower_text(char *text)
{
	for (; *text; text++)
		*text = text_lower(*text);
}

/* Takes ownership of a text without formatting. */
static char *fold_plain(char *plain, size_t length)
{
	char *folded = text_ascii_length(plain, length) < length ? unicode_fold(plain) : NULL;

	if (!folded) {
		lower_text(plain);
		return plain;
	}
	free(plain);
	return folded;
}

static void add_regex(struct filter_set *set, const char *pattern)
{
	struct entry *entry = &set->entries[set->n_entries - 1];
	CLEANUP(buffer_done) struct buffer why = { 0 };

	entry->regex = filter_regex_new(pattern, false, &why);
	if (!entry->regex)
		return; /* another release of PCRE2 has compiled it: it matches nothing */
	set->regexes = mem_resize(set->regexes, set->n_regexes + 1, sizeof(*set->regexes));
	set->regexes[set->n_regexes++] = set->n_entries - 1;
}

void filter_set_add(
	struct filter_set *set, const char *pattern, uint32_t match, uint32_t places, size_t id)
{
	CLEANUP(mem_freep) char *folded = NULL;
	bool is_glob = match == FILTER_MATCH_GLOB;

	if (!(set->n_entries & (set->n_entries - 1)))
		set->entries = mem_resize(set->entries, set->n_entries ? set->n_entries * 2 : 1,
			sizeof(*set->entries));
	set->entries[set->n_entries++] = (struct entry){ .places = places, .id = id };
	set->places |= places;
	if (match == FILTER_MATCH_REGEX) {
		add_regex(set, pattern);
		return;
	}
	folded = fold_plain(mem_text(pattern), strlen(pattern));
	if (is_glob ? !filter_sieve_takes(folded) : !*folded)
		return; /* only characters that do not count */
	filter_sieve_add(set->sieve, folded, is_glob, set->n_entries - 1);
	set->has_sieved = true;
}

/* The text as members read it; valid UTF-8. */
static char *plain_text(const char *text, size_t *ret_length)
{
	char *plain = formatting_is_in(text) ? formatting_strip(text) : mem_text(text);
	size_t length = strlen(plain);

	if (text_ascii_length(plain, length) < length)
		text_mend_utf8(plain, length);
	*ret_length = length;
	return plain;
}

struct matching {
	const struct filter_set *set;
	uint32_t places;
	filter_set_fn on_result;
	void *data;
};

static void on_sieve_found(void *data, size_t index)
{
	const struct matching *matching = data;
	const struct entry *entry = &matching->set->entries[index];

	if (entry->places & matching->places)
		matching->on_result(matching->data, entry->id, FILTER_RESULT_YES);
}

static void match_regexes(const struct matching *matching, const char *plain, size_t length)
{
	struct filter_work *work = filter_work_new(plain, length);

	for (size_t i = 0; i < matching->set->n_regexes; i++) {
		const struct entry *entry = &matching->set->entries[matching->set->regexes[i]];
		enum filter_result result;

		if (!(entry->places & matching->places))
			continue;
		result = filter_regex_match(entry->regex, work);
		if (result != FILTER_RESULT_NO)
			matching->on_result(matching->data, entry->id, result);
	}
	filter_work_free(work);
}

void filter_set_match(struct filter_set *set, uint32_t places, const char *text,
	filter_set_fn on_result, void *data)
{
	const struct matching matching = { set, places, on_result, data };
	size_t length;
	char *plain;

	if (!(set->places & places))
		return;
	plain = plain_text(text, &length);
	if (set->n_regexes)
		match_regexes(&matching, plain, length);
	if (set->has_sieved) {
		plain = fold_plain(plain, length);
		filter_sieve_match(set->sieve, plain, strlen(plain), on_sieve_found,
			(void *) (uintptr_t) &matching);
	}
	free(plain);
}

char *filter_strip(const char *pattern, uint32_t match, const char *text)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };
	struct filter_regex *regex = filter_regex_new(pattern, match == FILTER_MATCH_LITERAL, &why);
	size_t length;
	CLEANUP(mem_freep) char *plain = plain_text(text, &length);
	struct filter_work *work = regex ? filter_work_new(plain, length) : NULL;
	char *stripped = regex ? filter_regex_strip(regex, work) : NULL;

	filter_work_free(work);
	filter_regex_free(regex);
	if (!stripped || strlen(stripped) < length)
		return stripped;
	free(stripped);
	return NULL;
}
