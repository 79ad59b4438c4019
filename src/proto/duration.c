/* Owns durations as operators write them. */
#include "proto/duration.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define MINUTE 60u
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define YEAR (365u * DAY)
#define MOST_SECONDS (100ull * YEAR)
#define UNITS_SHOWN 3

static const struct {
	char letter;
	uint32_t seconds;
} units[] = {
	{ 'y', YEAR },
	{ 'w', 7 * DAY },
	{ 'd', DAY },
	{ 'h', HOUR },
	{ 'm', MINUTE },
	{ 's', 1 },
};

static uint32_t seconds_of(char letter)
{
	for (size_t i = 0; i < ARRAY_LENGTH(units); i++)
		if (units[i].letter == text_lower(letter))
			return units[i].seconds;
	return 0;
}

/* Read the digits at the front. A number that is too large cannot overflow. */
static uint64_t take_number(const char **at)
{
	uint64_t number = 0;

	for (; text_is_digit(**at); (*at)++)
		if (number <= MOST_SECONDS)
			number = number * 10 + (uint64_t) (**at - '0');
	return number;
}

bool duration_parse(const char *text, uint64_t *ret_ms)
{
	const char *at = text;
	uint64_t seconds = 0;

	while (*at) {
		uint64_t number;
		uint32_t unit;

		if (!text_is_digit(*at))
			return false;
		number = take_number(&at);
		unit = *at ? seconds_of(*at) : seconds ? 0 : MINUTE;
		if (!unit || number > MOST_SECONDS)
			return false;
		at += *at != '\0';
		seconds += number * unit;
		if (seconds > MOST_SECONDS)
			return false;
	}
	if (at == text)
		return false;
	*ret_ms = seconds * 1000;
	return true;
}

void duration_format(uint64_t ms, char text[DURATION_TEXT_BYTES])
{
	uint64_t seconds = ms / 1000;
	size_t length = 0, n_shown = 0;

	text_copy(text, DURATION_TEXT_BYTES, "0s");
	for (size_t i = 0; i < ARRAY_LENGTH(units) && n_shown < UNITS_SHOWN; i++) {
		uint64_t count = seconds / units[i].seconds;

		if (!count || length + 22 > DURATION_TEXT_BYTES)
			continue;
		seconds %= units[i].seconds;
		length += (size_t) snprintf(text + length, DURATION_TEXT_BYTES - length, "%llu%c",
			(unsigned long long) count, units[i].letter);
		n_shown++;
	}
}
