/* Owns the search for many patterns in one text. */
#include "proto/filter_sieve.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proto/mask.h"
#include "proto/mask_index.h"

#define MOST_WIDTH 4
#define BIT_COUNT 65536u
#define BUCKETS 4096u

struct pattern {
	char *text;
	size_t length;
	char *plain; /* of a glob: the bytes that it contains, and NUL for each wildcard */
	size_t plain_length;
	size_t anchor_at; /* in `plain` */
	uint32_t anchor;
	uint32_t width;
	bool is_glob;
	uint64_t tried; /* a glob is compared once for a text, and a literal is found once */
	size_t id;
	size_t next; /* with the same bucket: its index + 1; 0: none */
};

/* The anchors of one width. */
struct net {
	uint64_t bits[BIT_COUNT / 64];
	size_t heads[BUCKETS]; /* index + 1 */
};

struct filter_sieve {
	struct pattern *patterns;
	size_t n_patterns;
	struct net *nets[MOST_WIDTH + 1]; /* by width; NULL: no anchor has it */
	bool is_ready;
	uint64_t round;
};

struct filter_sieve *filter_sieve_new(void)
{
	return mem_new(sizeof(struct filter_sieve));
}

static void forget_nets(struct filter_sieve *sieve)
{
	for (size_t i = 0; i <= MOST_WIDTH; i++) {
		free(sieve->nets[i]);
		sieve->nets[i] = NULL;
	}
	sieve->is_ready = false;
}

void filter_sieve_free(struct filter_sieve *sieve)
{
	if (!sieve)
		return;
	for (size_t i = 0; i < sieve->n_patterns; i++) {
		free(sieve->patterns[i].text);
		free(sieve->patterns[i].plain);
	}
	forget_nets(sieve);
	free(sieve->patterns);
	free(sieve);
}

/* Returns the length; NUL stands for a wildcard. */
static size_t write_plain(const char *pattern, bool is_glob, char *out)
{
	size_t n = 0;

	for (; *pattern; pattern++) {
		if (is_glob && mask_is_escaped(pattern))
			out[n++] = *++pattern;
		else if (is_glob && (*pattern == '*' || *pattern == '?'))
			out[n++] = '\0';
		else
			out[n++] = *pattern;
	}
	return n;
}

/* The length of the longest piece without a wildcard, but not more than an anchor. */
static uint32_t find_width(const char *plain, size_t length)
{
	uint32_t width = 0, run = 0;

	for (size_t i = 0; i < length && width < MOST_WIDTH; i++) {
		run = plain[i] ? run + 1 : 0;
		if (run > width)
			width = run;
	}
	return width;
}

bool filter_sieve_takes(const char *glob)
{
	char *plain = mem_new(strlen(glob) + 1);
	uint32_t width = find_width(plain, write_plain(glob, true, plain));

	free(plain);
	return width > 0;
}

void filter_sieve_add(struct filter_sieve *sieve, const char *text, bool is_glob, size_t id)
{
	struct pattern pattern = { .is_glob = is_glob, .id = id };

	pattern.text = mem_text(text);
	pattern.length = strlen(text);
	pattern.plain = mem_new(pattern.length + 1);
	pattern.plain_length = write_plain(text, is_glob, pattern.plain);
	pattern.width = find_width(pattern.plain, pattern.plain_length);
	if (!(sieve->n_patterns & (sieve->n_patterns - 1)))
		sieve->patterns = mem_resize(sieve->patterns,
			sieve->n_patterns ? sieve->n_patterns * 2 : 1, sizeof(*sieve->patterns));
	sieve->patterns[sieve->n_patterns++] = pattern;
	forget_nets(sieve);
}

static uint32_t window_at(const char *bytes, uint32_t width)
{
	uint32_t window = 0;

	for (uint32_t i = 0; i < width; i++)
		window |= (uint32_t) (unsigned char) bytes[i] << (8 * i);
	return window;
}

static uint32_t spread(uint32_t window)
{
	return window * UINT32_C(2654435761);
}

static uint32_t bit_of(uint32_t spread_window)
{
	return spread_window >> 16;
}

static uint32_t anchor_bucket(uint32_t spread_window)
{
	return spread_window >> 20;
}

static bool is_anchor_place(const struct pattern *pattern, size_t at)
{
	return !memchr(pattern->plain + at, '\0', pattern->width);
}

static void count_windows(const struct pattern *pattern, uint32_t *counts)
{
	for (size_t at = 0; at + pattern->width <= pattern->plain_length; at++)
		if (is_anchor_place(pattern, at))
			counts[bit_of(spread(window_at(pattern->plain + at, pattern->width)))]++;
}

static void choose_anchor(struct pattern *pattern, const uint32_t *counts)
{
	uint32_t best = UINT32_MAX;

	for (size_t at = 0; at + pattern->width <= pattern->plain_length; at++) {
		uint32_t window = window_at(pattern->plain + at, pattern->width);

		if (!is_anchor_place(pattern, at) || counts[bit_of(spread(window))] >= best)
			continue;
		best = counts[bit_of(spread(window))];
		pattern->anchor_at = at;
		pattern->anchor = window;
	}
}

static void put_in_net(struct filter_sieve *sieve, size_t index)
{
	struct pattern *pattern = &sieve->patterns[index];
	uint32_t spread_anchor = spread(pattern->anchor);
	struct net *net = sieve->nets[pattern->width];
	size_t *head;

	if (!net)
		net = sieve->nets[pattern->width] = mem_new(sizeof(*net));
	net->bits[bit_of(spread_anchor) / 64] |= UINT64_C(1) << (bit_of(spread_anchor) % 64);
	head = &net->heads[anchor_bucket(spread_anchor)];
	pattern->next = *head;
	*head = index + 1;
}

static void make_nets(struct filter_sieve *sieve)
{
	uint32_t *counts = mem_new(BIT_COUNT * sizeof(*counts));

	for (size_t i = 0; i < sieve->n_patterns; i++)
		count_windows(&sieve->patterns[i], counts);
	for (size_t i = 0; i < sieve->n_patterns; i++) {
		choose_anchor(&sieve->patterns[i], counts);
		put_in_net(sieve, i);
	}
	free(counts);
	sieve->is_ready = true;
}

/* A search in one text. */
struct search {
	struct filter_sieve *sieve;
	const char *text;
	size_t length;
	struct mask_index *index;
	filter_sieve_fn on_found;
	void *data;
};

static bool is_literal_there(const struct search *search, const struct pattern *pattern, size_t at)
{
	size_t start = at - pattern->anchor_at;

	return at >= pattern->anchor_at && search->length - start >= pattern->length &&
	       memcmp(search->text + start, pattern->text, pattern->length) == 0;
}

static void try_pattern_at(struct search *search, struct pattern *pattern, size_t at)
{
	bool is_found;

	if (pattern->tried == search->sieve->round)
		return;
	is_found = pattern->is_glob ? mask_match_indexed(CASEMAP_ASCII, pattern->text, search->text,
					      &search->index)
				    : is_literal_there(search, pattern, at);
	if (is_found || pattern->is_glob)
		pattern->tried = search->sieve->round;
	if (is_found)
		search->on_found(search->data, pattern->id);
}

static void try_bucket(struct search *search, size_t head, uint32_t width, size_t at)
{
	uint32_t window = window_at(search->text + at, width);

	for (size_t next = head; next; next = search->sieve->patterns[next - 1].next) {
		struct pattern *pattern = &search->sieve->patterns[next - 1];

		if (pattern->anchor == window)
			try_pattern_at(search, pattern, at);
	}
}

static inline __attribute__((always_inline)) void draw_net(
	struct search *search, const struct net *net, uint32_t width)
{
	for (size_t at = 0; at + width <= search->length; at++) {
		uint32_t window = spread(window_at(search->text + at, width));

		if (net->bits[bit_of(window) / 64] >> (bit_of(window) % 64) & 1)
			try_bucket(search, net->heads[anchor_bucket(window)], width, at);
	}
}

void filter_sieve_match(struct filter_sieve *sieve, const char *text, size_t length,
	filter_sieve_fn on_found, void *data)
{
	struct search search = { sieve, text, length, NULL, on_found, data };

	if (!sieve->is_ready)
		make_nets(sieve);
	sieve->round++;
	/* The compiler makes one loop for each width. */
	if (sieve->nets[4])
		draw_net(&search, sieve->nets[4], 4);
	if (sieve->nets[3])
		draw_net(&search, sieve->nets[3], 3);
	if (sieve->nets[2])
		draw_net(&search, sieve->nets[2], 2);
	if (sieve->nets[1])
		draw_net(&search, sieve->nets[1], 1);
	mask_index_free(search.index);
}
