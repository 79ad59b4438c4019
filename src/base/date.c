/* Owns the calendar. */
#include "base/date.h"

#include <stddef.h>
#include <string.h>

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

/* Each sign of the form is a digit (0) or itself. */
static bool has_form(const char *text, const char *form)
{
	for (; *form; form++, text++)
		if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
			return false;
	return true;
}

static unsigned int read_date_number(const char *text, size_t n_digits)
{
	unsigned int number = 0;

	for (size_t i = 0; i < n_digits; i++)
		number = number * 10 + (unsigned int) (text[i] - '0');
	return number;
}

/* The days since 1970, as split_date() counts them. */
static uint64_t days_of(const struct date *date)
{
	unsigned int year = date->year - (date->month <= 2);
	unsigned int month = date->month > 2 ? date->month - 3 : date->month + 9;
	unsigned int in_year = (153 * month + 2) / 5 + date->day - 1;

	return (uint64_t) year * 365 + year / 4 - year / 100 + year / 400 + in_year - 719468;
}

/* A leap second is the next minute's first. */
static bool is_possible(const struct date *date)
{
	return date->year >= 1970 && date->month >= 1 && date->month <= 12 && date->day >= 1 &&
	       date->day <= 31 && date->hour < 24 && date->minute < 60 && date->second <= 60;
}

/* False: not a fraction of a second and the end. */
static bool read_fraction(const char *text, unsigned int *ret_ms)
{
	unsigned int weight = 100;

	*ret_ms = 0;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++, weight /= 10)
			*ret_ms += weight * (unsigned int) (*text - '0');
	return text[0] == 'Z' && !text[1];
}

bool date_parse_iso(const char *text, uint64_t *ret_wall_ms)
{
	struct date date;
	char again[DATE_BYTES];
	uint64_t wall_ms;

	if (!has_form(text, "0000-00-00T00:00:00") || !read_fraction(text + 19, &date.ms))
		return false;
	date.year = read_date_number(text, 4);
	date.month = read_date_number(text + 5, 2);
	date.day = read_date_number(text + 8, 2);
	date.hour = read_date_number(text + 11, 2);
	date.minute = read_date_number(text + 14, 2);
	date.second = read_date_number(text + 17, 2);
	if (!is_possible(&date))
		return false;
	wall_ms = days_of(&date) * DAY_MS + date.hour * 3600000u + date.minute * 60000u +
		  date.second * 1000u + date.ms;
	/* 31 November would be another day. */
	date_format_iso(days_of(&date) * DAY_MS, again);
	if (read_date_number(again + 8, 2) != date.day)
		return false;
	*ret_wall_ms = wall_ms;
	return true;
}

bool date_parse_day(const char *text, uint64_t *ret_wall_ms)
{
	char midnight[] = "0000-00-00T00:00:00Z";

	if (!has_form(text, "0000-00-00") || text[10])
		return false;
	memcpy(midnight, text, 10);
	return date_parse_iso(midnight, ret_wall_ms);
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
