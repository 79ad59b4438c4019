/* Owns numbers with units. */
#include "config/units.h"

#include <string.h>
#include <strings.h>

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

/* Units that people write instead, and what to write here. */
static const struct other {
	enum units units;
	const char *name; /* without an s at its end */
	const char *meaning;
} others[] = {
	{ UNITS_DURATION, "sec", "a second is \"1 s\"" },
	{ UNITS_DURATION, "second", "a second is \"1 s\"" },
	{ UNITS_DURATION, "m", "a minute is \"1 min\"" },
	{ UNITS_DURATION, "minute", "a minute is \"1 min\"" },
	{ UNITS_DURATION, "hour", "an hour is \"1 h\"" },
	{ UNITS_DURATION, "d", "a day is \"24 h\"" },
	{ UNITS_DURATION, "day", "a day is \"24 h\"" },
	{ UNITS_DURATION, "w", "a week is \"168 h\"" },
	{ UNITS_DURATION, "week", "a week is \"168 h\"" },
	{ UNITS_SIZE, "byte", "a byte is \"1 B\"" },
	{ UNITS_SIZE, "k", "a kilobyte is \"1 KiB\"" },
	{ UNITS_SIZE, "kb", "a kilobyte is \"1 KiB\"" },
	{ UNITS_SIZE, "kib", "a kilobyte is \"1 KiB\"" },
	{ UNITS_SIZE, "m", "a megabyte is \"1 MiB\"" },
	{ UNITS_SIZE, "mb", "a megabyte is \"1 MiB\"" },
	{ UNITS_SIZE, "mib", "a megabyte is \"1 MiB\"" },
};

static bool is_unit_name(const char *text, const char *name)
{
	size_t length = strlen(name);

	if (strncasecmp(text, name, length) != 0)
		return false;
	return !text[length] || (text_lower(text[length]) == 's' && !text[length + 1]);
}

bool units_explain(enum units units, const char *text, struct buffer *out)
{
	const char *unit = text + strspn(text, "0123456789"), *end;

	if (unit == text)
		return false;
	unit += strspn(unit, " ");
	for (size_t i = 0; i < ARRAY_LENGTH(rows[units]); i++)
		if (rows[units][i].name && strcmp(unit, rows[units][i].name) == 0)
			return false;
	if (!text_is_letter(*unit))
		return false;
	for (end = unit; text_is_letter(*end); end++)
		;
	buffer_format(out, "there is no unit \"%.*s\"", (int) (end - unit), unit);
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++)
		if (others[i].units == units && is_unit_name(unit, others[i].name)) {
			buffer_format(out, "; %s", others[i].meaning);
			break;
		}
	return true;
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
