/* Owns which part of the machinery looks at a text, and in which form.
 *
 * Literals and globs are compared with the text as unicode_fold() leaves it: without case,
 * compatibility forms and invisible characters. Texts that look alike are compared as
 * unicode_skeleton() leaves them. Expressions see the text as members read it, without formatting.
 * Filters that count (filter_count.h) are not here. */
#include "proto/filter_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/filter_sieve.h"
#include "proto/filter_text.h"

struct entry {
	uint32_t places;
	size_t id;
	struct filter_regex *regex; /* NULL: a sieve has it */
	uint64_t found_in;	    /* the round in which a sieve has found it: both may have it */
};

struct filter_set {
	struct filter_sieve *sieve;
	struct filter_sieve *alike; /* of texts that look alike; NULL: there is none */
	struct entry *entries;
	size_t n_entries;
	size_t *regexes; /* indexes of entries */
	size_t n_regexes;
	uint32_t places;
	uint64_t round;
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
	filter_sieve_free(set->alike);
	free(set->entries);
	free(set->regexes);
	free(set);
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

static void add_to_sieve(struct filter_set *set, const char *pattern, bool is_glob)
{
	CLEANUP(mem_freep) char *folded = filter_fold(mem_text(pattern), strlen(pattern));

	if (is_glob ? !filter_sieve_takes(folded) : !*folded)
		return; /* only characters that do not count */
	filter_sieve_add(set->sieve, folded, is_glob, set->n_entries - 1);
	set->has_sieved = true;
}

static void add_alike(struct filter_set *set, const char *pattern)
{
	CLEANUP(mem_freep) char *alike = filter_alike(pattern, strlen(pattern));

	add_to_sieve(set, pattern, false);
	if (!*alike)
		return;
	if (!set->alike)
		set->alike = filter_sieve_new();
	filter_sieve_add(set->alike, alike, false, set->n_entries - 1);
}

void filter_set_add(
	struct filter_set *set, const char *pattern, uint32_t match, uint32_t places, size_t id)
{
	if (filter_match_counts(match))
		return;
	if (!(set->n_entries & (set->n_entries - 1)))
		set->entries = mem_resize(set->entries, set->n_entries ? set->n_entries * 2 : 1,
			sizeof(*set->entries));
	set->entries[set->n_entries++] = (struct entry){ .places = places, .id = id };
	set->places |= places;
	if (match == FILTER_MATCH_REGEX)
		add_regex(set, pattern);
	else if (match == FILTER_MATCH_ALIKE)
		add_alike(set, pattern);
	else
		add_to_sieve(set, pattern, match == FILTER_MATCH_GLOB);
}

struct matching {
	struct filter_set *set;
	uint32_t places;
	filter_set_fn on_result;
	void *data;
};

static void on_sieve_found(void *data, size_t index)
{
	const struct matching *matching = data;
	struct entry *entry = &matching->set->entries[index];

	if (!(entry->places & matching->places) || entry->found_in == matching->set->round)
		return;
	entry->found_in = matching->set->round;
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
	struct matching matching = { set, places, on_result, data };
	size_t length;
	char *plain;

	if (!(set->places & places))
		return;
	set->round++;
	plain = filter_plain(text, &length);
	if (set->n_regexes)
		match_regexes(&matching, plain, length);
	if (set->alike) {
		CLEANUP(mem_freep) char *alike = filter_alike(plain, length);

		filter_sieve_match(set->alike, alike, strlen(alike), on_sieve_found, &matching);
	}
	if (set->has_sieved) {
		plain = filter_fold(plain, length);
		filter_sieve_match(set->sieve, plain, strlen(plain), on_sieve_found, &matching);
	}
	free(plain);
}

char *filter_strip(const char *pattern, uint32_t match, const char *text)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };
	struct filter_regex *regex = filter_regex_new(pattern, match == FILTER_MATCH_LITERAL, &why);
	size_t length;
	CLEANUP(mem_freep) char *plain = filter_plain(text, &length);
	struct filter_work *work = regex ? filter_work_new(plain, length) : NULL;
	char *stripped = regex ? filter_regex_strip(regex, work) : NULL;

	filter_work_free(work);
	filter_regex_free(regex);
	if (!stripped || strlen(stripped) < length)
		return stripped;
	free(stripped);
	return NULL;
}
