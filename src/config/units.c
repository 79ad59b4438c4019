/* Owns numbers with units. */
#include "config/units.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define MAX_NUMBER 1000000000000u

struct unit {
	const char *name;
	uint64_t factor;
};

/* Largest first. */
static const struct unit rows[][4] = {
	[UNITS_SIZE] = {
		{ "MiB", 1024 * 1024 },
		{ "KiB", 1024 },
		{ "B", 1 },
		{ NULL, 1 },
	},
	[UNITS_DURATION] = {
		{ "h", 3600 * 1000 },
		{ "min", 60 * 1000 },
		{ "s", 1000 },
		{ "ms", 1 },
	},
};

bool units_parse(enum units units, const char *text, uint64_t *ret_value)
{
	uint64_t number = 0;
	const char *at = text;

	for (; text_is_digit(*at); at++) {
		number = number * 10 + (uint64_t) (*at - '0');
		if (number > MAX_NUMBER)
			return false;
	}
	if (at == text)
		return false;
	at += strspn(at, " ");
	if (!*at)
		at = units == UNITS_SIZE ? "B" : "s";
	for (size_t i = 0; i < ARRAY_LENGTH(rows[units]); i++) {
		const struct unit *unit = &rows[units][i];

		if (!unit->name || strcmp(at, unit->name) != 0)
			continue;
		*ret_value = number * unit->factor;
		return true;
	}
	return false;
}

void units_format(enum units units, uint64_t value, struct buffer *out)
{
	const struct unit *unit = rows[units];

	while (value % unit->factor)
		unit++;
	buffer_format(out, "%llu %s", (unsigned long long) (value / unit->factor), unit->name);
}

bool units_parse_octal(const char *text, uint64_t *ret_value)
{
	uint64_t number = 0;

	if (!*text || strlen(text) > 7)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '7')
			return false;
		number = number * 8 + (uint64_t) (*text - '0');
	}
	*ret_value = number;
	return true;
}
