/* Owns the layouts of directories with logs. */
#include "moving/bouncer_path.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define SUFFIX ".log"
#define MOST_PARTS 6 /* of the end of a path that are looked at */

/* The last one comes first; NULL: there are no more. */
struct parts {
	const char *at[MOST_PARTS];
	size_t length[MOST_PARTS];
};

static struct parts split_path(const char *path)
{
	const char *end = path + strlen(path);
	struct parts parts = { 0 };

	for (size_t i = 0; i < MOST_PARTS && end > path; i++) {
		const char *begin = end;

		while (begin > path && begin[-1] != '/')
			begin--;
		parts.at[i] = begin;
		parts.length[i] = (size_t) (end - begin);
		for (end = begin; end > path && end[-1] == '/';)
			end--;
	}
	return parts;
}

static bool is_part(const struct parts *parts, size_t i, const char *name)
{
	return i < MOST_PARTS && parts->at[i] && parts->length[i] == strlen(name) &&
	       memcmp(parts->at[i], name, parts->length[i]) == 0;
}

/* The name of the directory i parts from the end, above a log's. Of users/U/networks/N/moddata/log
 * it is N. */
static char *network_above(const struct parts *parts, size_t i)
{
	if (is_part(parts, i, "log") && is_part(parts, i + 1, "moddata"))
		i = is_part(parts, i + 3, "networks") ? i + 2 : MOST_PARTS;
	return i < MOST_PARTS && parts->at[i] ? mem_text_n(parts->at[i], parts->length[i])
					      : mem_text("");
}

/* -1: these are no digits. */
static int read_digits_of_date(const char *text, size_t n)
{
	int number = 0;

	for (size_t i = 0; i < n; i++) {
		if (!text_is_digit(text[i]))
			return -1;
		number = number * 10 + text[i] - '0';
	}
	return number;
}

/* The gap is that between the numbers: 1 in YYYY-MM-DD. */
static bool read_date_of_log(const char *text, size_t gap, struct bouncer_path *path)
{
	path->year = read_digits_of_date(text, 4);
	path->month = read_digits_of_date(text + 4 + gap, 2);
	path->day = read_digits_of_date(text + 6 + 2 * gap, 2);
	return path->year >= 1970 && path->month >= 1 && path->month <= 12 && path->day >= 1 &&
	       path->day <= 31 && (!gap || (text[4] == '-' && text[7] == '-'));
}

/* NETWORK_WINDOW, of which only the window may be there. Nicknames may have the sign between them,
 * so of windows without # the network is not known. */
static void split_stem(const struct parts *parts, size_t length, struct bouncer_path *path)
{
	const char *stem = parts->at[0], *window = stem;

	while ((window = memchr(window, '#', length - (size_t) (window - stem))) && window > stem &&
		window[-1] != '_')
		window++;
	if (!window)
		window = stem;
	path->window = mem_text_n(window, length - (size_t) (window - stem));
	path->network = window > stem ? mem_text_n(stem, (size_t) (window - stem) - 1)
				      : network_above(parts, 1);
}

bool bouncer_path_read(const char *path, struct bouncer_path *ret_path)
{
	const struct parts parts = split_path(path);
	const char *name = parts.at[0] ? parts.at[0] : "";
	size_t length = parts.length[0];
	struct bouncer_path read = { 0 };

	if (length <= strlen(SUFFIX) || strcmp(name + length - strlen(SUFFIX), SUFFIX) != 0)
		return false;
	length -= strlen(SUFFIX);
	if (length == strlen("YYYY-MM-DD") && parts.at[1] && read_date_of_log(name, 1, &read)) {
		read.window = mem_text_n(parts.at[1], parts.length[1]);
		read.network = network_above(&parts, 2);
	} else if (length > strlen("_YYYYMMDD") && name[length - strlen("_YYYYMMDD")] == '_' &&
		   read_date_of_log(name + length - strlen("YYYYMMDD"), 0, &read)) {
		split_stem(&parts, length - strlen("_YYYYMMDD"), &read);
	} else {
		return false;
	}
	*ret_path = read;
	return true;
}

void bouncer_path_done(struct bouncer_path *path)
{
	free(path->network);
	free(path->window);
}

bool bouncer_path_is_of(const struct bouncer_path *path, const char *network)
{
	size_t length = strlen(path->network), wanted = strlen(network);
	const char *end = path->network + length;

	if (length < wanted || !text_equals_ignoring_case(end - wanted, network))
		return false;
	return length == wanted || (wanted && end[-(ptrdiff_t) wanted - 1] == '_');
}
