/* What filters cost a message: 1,000 literals and globs together, and each regular expression.
 *
 *     filters [COUNT] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/filter_set.h"

#define ROUNDS 20000
#define BATCHES 9
#define MOST_US 5.0
#define MOST_REGEX_US 1.0

static const char *const syllables[] = { "ba", "chi", "do", "fer", "gu", "hal", "in", "jo", "ku",
	"lem", "mo", "nis", "or", "pha", "qui", "ra", "sto", "tel", "un", "vy" };

static const struct {
	const char *name;
	const char *text;
} texts[] = {
	{ "a message of 100 bytes", "I have looked at the logs again, and the backup of last night "
				    "did run, but it took two hours more..." },
	{ "a message of 400 bytes",
		"I have looked at the logs again, and the backup of last night did run, but it "
		"took two hours more than usual. My guess is the new disk: could somebody please "
		"check its cables when they are in the office on Monday? Ana says that the old one "
		"is still on the shelf behind the printer, so we can swap them if it gets worse. "
		"The report for April is on https://files.example.org/reports/2026-04.html, ok" },
	{ "100 bytes of Russian",
		"\xd0\xaf \xd0\xbf\xd0\xbe\xd1\x81\xd0\xbc\xd0\xbe\xd1\x82\xd1\x80"
		"\xd0\xb5\xd0\xbb \xd0\xbb\xd0\xbe\xd0\xb3\xd0\xb8, \xd0\xb8 "
		"\xd1\x80\xd0\xb5\xd0\xb7"
		"\xd0\xb5\xd1\x80\xd0\xb2\xd0\xbd\xd0\xb0\xd1\x8f "
		"\xd0\xba\xd0\xbe\xd0\xbf\xd0\xb8\xd1"
		"\x8f \xd0\xb1\xd1\x8b\xd0\xbb\xd0\xb0 \xd0\xbd\xd0\xbe\xd1\x87\xd1\x8c\xd1\x8e" },
	{ "100 bytes like the patterns",
		"badofer guhalin ferjoku lemmonis orphaqui rastotel unvyba "
		"chidofer inlemmo nisorpha telunvy ba" },
	{ "100 bytes, coloured", "\x03"
				 "04I have looked at the logs\x0f again, and the backup of "
				 "\x02last night\x02 did run, but it took ..." },
};

static const char *const regexes[] = {
	"buy (cheap|fresh) (followers|viagra)",
	"https?://[^ ]*\\.(tk|xyz|top)\\b",
	"^!+ .*free",
	"(?:discord\\.gg|t\\.me)/\\w{5,}",
	"\\b(\\d{1,3}\\.){3}\\d{1,3}\\b",
	"([a-z])\\1{9}",
	"\\w+\\.(tk|xyz)",
	"[\\x{300}-\\x{36f}]{4}",
	"onlyfans|porn|casino",
	"join #[a-z]+ now",
};

static void no_result(void *data, size_t id, enum filter_result result)
{
	(void) id;
	*(size_t *) data += result;
}

static void put_word(struct buffer *out, unsigned int number)
{
	for (size_t i = 0; i < 4; i++, number /= 20)
		buffer_put_text(out, syllables[(number * 7 + i * 3) % 20]);
}

static void add_pattern(struct filter_set *set, unsigned int number)
{
	CLEANUP(buffer_done) struct buffer pattern = { 0 };
	bool is_glob = number % 3 == 0;

	if (is_glob)
		buffer_put_byte(&pattern, '*');
	put_word(&pattern, number * 37);
	if (is_glob)
		buffer_put_byte(&pattern, '*');
	else if (number % 2)
		buffer_put_byte(&pattern, ' ');
	put_word(&pattern, number * 91);
	if (is_glob)
		buffer_put_byte(&pattern, '*');
	filter_set_add(set, pattern.bytes, is_glob ? FILTER_MATCH_GLOB : FILTER_MATCH_LITERAL,
		FILTER_PLACE_TEXT, number);
}

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

/* The best of some batches. */
static double measure(struct filter_set *set, const char *text)
{
	double best = 1e9;
	size_t n_results = 0;

	for (int batch = 0; batch < BATCHES; batch++) {
		double from = now_us(), took;

		for (int i = 0; i < ROUNDS; i++)
			filter_set_match(set, FILTER_PLACE_TEXT, text, no_result, &n_results);
		took = (now_us() - from) / ROUNDS;
		if (took < best)
			best = took;
	}
	return best;
}

static void report(const char *what, double took, double most)
{
	printf("%-45s %6.2f us (%.0f allowed)%s\n", what, took, most,
		took > most ? ": MISSED" : "");
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 1 ? (unsigned int) strtoul(argv[1], NULL, 10) : 1000;
	struct filter_set *set = filter_set_new();

	for (unsigned int i = 0; i < count; i++)
		add_pattern(set, i);
	printf("%u literals and globs\n", count);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		report(texts[i].name, measure(set, texts[i].text), MOST_US);
	filter_set_free(set);
	set = filter_set_new();
	filter_set_add(set, "casino", FILTER_MATCH_ALIKE, FILTER_PLACE_TEXT, 0);
	printf("letters that look alike\n");
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		report(texts[i].name, measure(set, texts[i].text), MOST_US);
	filter_set_free(set);
	printf("a regular expression, beside the preparation of the text\n");
	for (size_t i = 0; i < ARRAY_LENGTH(regexes); i++) {
		struct filter_set *one, *two;
		double alone;

		if (filter_regex_cost(regexes[i]) > FILTER_REGEX_MOST_COST) {
			printf("%-45s refused by FILTER ADD: too slow\n", regexes[i]);
			continue;
		}
		one = filter_set_new();
		two = filter_set_new();
		filter_set_add(one, regexes[i], FILTER_MATCH_REGEX, FILTER_PLACE_TEXT, 0);
		for (size_t j = 0; j < 11; j++)
			filter_set_add(two, regexes[i], FILTER_MATCH_REGEX, FILTER_PLACE_TEXT, j);
		alone = measure(one, texts[0].text);
		report(regexes[i], (measure(two, texts[0].text) - alone) / 10, MOST_REGEX_US);
		filter_set_free(one);
		filter_set_free(two);
	}
	return 0;
}
