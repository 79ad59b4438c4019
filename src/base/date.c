/* Owns the calendar. */
#include "base/date.h"

#include <stddef.h>

#define DAY_MS 86400000u

struct date {
	unsigned int year, month, day, hour, minute, second, ms;
};

/* Days are counted from 1 March of year 0, so that the leap day is a year's last; a cycle of
 * the Gregorian calendar has 146097 days in 400 years. */
static struct date split_date(uint64_t wall_ms)
{
	uint64_t days = wall_ms / DAY_MS + 719468;
	unsigned int rest = (unsigned int) (wall_ms % DAY_MS);
	unsigned int in_cycle = (unsigned int) (days % 146097);
	unsigned int year =
		(in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
	unsigned int in_year = in_cycle - (365 * year + year / 4 - year / 100);
	unsigned int month = (5 * in_year + 2) / 153;

	return (struct date){
		.year = (unsigned int) (days / 146097) * 400 + year + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = in_year - (153 * month + 2) / 5 + 1,
		.hour = rest / 3600000,
		.minute = rest / 60000 % 60,
		.second = rest / 1000 % 60,
		.ms = rest % 1000,
	};
}

/* Write the number with this many digits and leading zeros, and the text behind it. */
static char *put_number(char *text, unsigned int number, size_t n_digits, const char *behind)
{
	for (size_t i = n_digits; i-- > 0; number /= 10)
		text[i] = (char) ('0' + number % 10);
	for (text += n_digits; *behind; behind++)
		*text++ = *behind;
	*text = '\0';
	return text;
}

static char *put_minutes(char *text, const struct date *date, const char *between)
{
	text = put_number(text, date->year, 4, "-");
	text = put_number(text, date->month, 2, "-");
	text = put_number(text, date->day, 2, between);
	text = put_number(text, date->hour, 2, ":");
	return put_number(text, date->minute, 2, ":");
}

void date_format_iso(uint64_t wall_ms, char text[DATE_BYTES])
{
	struct date date = split_date(wall_ms);

	put_number(put_number(put_minutes(text, &date, "T"), date.second, 2, "."), date.ms, 3, "Z");
}

void date_format_plain(uint64_t wall_ms, char text[DATE_BYTES])
{
	struct date date = split_date(wall_ms);

	put_number(put_minutes(text, &date, " "), date.second, 2, " UTC");
}

static char *put_word(char *text, const char *word)
{
	while (*word)
		*text++ = *word++;
	return text;
}

void date_format_http(uint64_t wall_ms, char text[DATE_BYTES])
{
	static const char days[][6] = { "Thu, ", "Fri, ", "Sat, ", "Sun, ", "Mon, ", "Tue, ",
		"Wed, " };
	static const char months[][6] = { " Jan ", " Feb ", " Mar ", " Apr ", " May ", " Jun ",
		" Jul ", " Aug ", " Sep ", " Oct ", " Nov ", " Dec " };
	struct date date = split_date(wall_ms);

	text = put_word(text, days[wall_ms / DAY_MS % 7]);
	text = put_word(put_number(text, date.day, 2, ""), months[date.month - 1]);
	text = put_number(put_number(text, date.year, 4, " "), date.hour, 2, ":");
	put_number(put_number(text, date.minute, 2, ":"), date.second, 2, " GMT");
}
