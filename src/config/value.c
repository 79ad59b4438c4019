/* Owns the values of options, as written and as stored. */
#include "config/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/units.h"

#define SHOWN_BYTES 60
#define MAX_ITEMS 1000

void value_done(struct value *value)
{
	for (size_t i = 0; i < value->n_items; i++)
		value_done(&value->items[i]);
	free(value->items);
	free(value->text);
	*value = (struct value){ 0 };
}

static char *literal_text(const char **at)
{
	const char *start = *at + 1, *end = strchr(start, '"');

	*at = end + 1;
	return mem_text_n(start, (size_t) (end - start));
}

static struct value literal_list(const char *at)
{
	struct value list = { .kind = VALUE_LIST };

	while ((at = strchr(at, '"'))) {
		list.items = mem_resize(list.items, list.n_items + 1, sizeof(*list.items));
		list.items[list.n_items++] =
			(struct value){ .kind = VALUE_TEXT, .text = literal_text(&at) };
	}
	return list;
}

struct value value_of_literal(const char *literal)
{
	struct value value = { .kind = VALUE_BOOL };
	uint64_t number;

	if (*literal == '"')
		return (struct value){ .kind = VALUE_TEXT, .text = literal_text(&literal) };
	if (*literal == '[')
		return literal_list(literal);
	value.number = strcmp(literal, "true") == 0;
	if (text_parse_u64(literal, &number))
		value = (struct value){ .kind = VALUE_NUMBER, .number = (int64_t) number };
	return value;
}

void value_put_quoted(struct buffer *out, const char *text)
{
	buffer_put_byte(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buffer_format(out, "\\%c", *text);
		else if ((unsigned char) *text < ' ' || *text == 0x7f)
			buffer_format(out, "\\x%02x", (unsigned char) *text);
		else
			buffer_put_byte(out, *text);
	}
	buffer_put_byte(out, '"');
}

static void put_found(struct buffer *out, const struct value *value)
{
	char shown[SHOWN_BYTES + 1];
	size_t length;

	switch (value->kind) {
	case VALUE_TEXT:
		length = text_cut_utf8(value->text, strlen(value->text), SHOWN_BYTES);
		memcpy(shown, value->text, length);
		shown[length] = '\0';
		value_put_quoted(out, shown);
		buffer_put_text(out, value->text[length] ? "..." : "");
		return;
	case VALUE_NUMBER:
		buffer_format(out, "%lld", (long long) value->number);
		return;
	case VALUE_BOOL:
		buffer_put_text(out, value->number ? "true" : "false");
		return;
	case VALUE_LIST:
		buffer_put_text(out, value->n_items ? "a list" : "an empty list");
		return;
	case VALUE_OTHER:
		buffer_put_text(out, value->text);
		return;
	}
}

void value_describe_allowed(const struct option *option, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer min = { 0 }, max = { 0 };

	switch (option->type) {
	case OPTION_TEXT:
		buffer_format(out, "a text in quotes of %u to %u bytes", option->min, option->max);
		return;
	case OPTION_COUNT:
		buffer_format(out, "a number from %u to %u", option->min, option->max);
		return;
	case OPTION_SIZE:
		units_format(UNITS_SIZE, option->min, &min);
		units_format(UNITS_SIZE, option->max, &max);
		buffer_format(out, "a size from %s to %s, such as \"64 KiB\" (B, KiB, MiB)",
			buffer_text(&min), buffer_text(&max));
		return;
	case OPTION_DURATION:
		units_format(UNITS_DURATION, option->min, &min);
		units_format(UNITS_DURATION, option->max, &max);
		buffer_format(out, "a time from %s to %s, such as \"90 s\" (ms, s, min, h)",
			buffer_text(&min), buffer_text(&max));
		return;
	case OPTION_BOOL:
		buffer_put_text(out, "true or false, without quotes");
		return;
	case OPTION_MODE:
		buffer_put_text(out, "permissions in octal and in quotes, such as \"0660\"");
		return;
	case OPTION_TEXTS:
		buffer_put_text(out, "a list of texts, such as [ \"one\", \"two\" ]");
		return;
	case OPTION_RANGES:
		buffer_put_text(out, "a list of addresses or ranges, such as "
				     "[ \"192.0.2.0/24\", \"2001:db8::/32\", \"local\" ]");
		return;
	}
}

static void put_unit(struct buffer *why, const struct option *option, const struct value *found)
{
	CLEANUP(buffer_done) struct buffer unit = { 0 };
	enum units units = option->type == OPTION_SIZE ? UNITS_SIZE : UNITS_DURATION;

	if (found->kind != VALUE_TEXT ||
		(option->type != OPTION_SIZE && option->type != OPTION_DURATION))
		return;
	if (units_explain(units, found->text, &unit))
		buffer_format(why, ": %s", unit.bytes);
}

static bool refuse_value(const struct option *option, const struct value *found, struct buffer *why,
	const char *allowed)
{
	buffer_put_text(why, "found ");
	put_found(why, found);
	put_unit(why, option, found);
	buffer_put_text(why, "; expected ");
	if (allowed)
		buffer_put_text(why, allowed);
	else
		value_describe_allowed(option, why);
	return false;
}

/* False, with the reason in why: the option does not accept this text. */
static bool check_text(const struct option *option, const struct value *value, struct buffer *why)
{
	const char *allowed;
	size_t length;

	if (value->kind != VALUE_TEXT)
		return refuse_value(option, value, why,
			option->type == OPTION_TEXT ? NULL : "only text in quotes in this list");
	allowed = option->check ? option->check(value->text) : NULL;
	if (allowed && *value->text)
		return refuse_value(option, value, why, allowed);
	length = strlen(value->text);
	if (length >= option->min && length <= option->max)
		return true;
	refuse_value(option, value, why, "a text");
	buffer_format(why, " of %u to %u bytes", option->min, option->max);
	return false;
}

static bool store_text(
	const struct option *option, char *at, const struct value *value, struct buffer *why)
{
	char *text, *old;

	if (!check_text(option, value, why))
		return false;
	memcpy(&old, at, sizeof(old));
	free(old);
	text = mem_text(value->text);
	memcpy(at, &text, sizeof(text));
	return true;
}

static bool to_number(const struct option *option, const struct value *value, uint64_t *ret_number)
{
	if (value->kind == VALUE_TEXT && option->type == OPTION_MODE)
		return units_parse_octal(value->text, ret_number);
	if (value->kind == VALUE_TEXT && option->type == OPTION_SIZE)
		return units_parse(UNITS_SIZE, value->text, ret_number);
	if (value->kind == VALUE_TEXT && option->type == OPTION_DURATION)
		return units_parse(UNITS_DURATION, value->text, ret_number);
	if (value->kind != VALUE_NUMBER || option->type == OPTION_MODE || value->number < 0 ||
		value->number > UINT32_MAX)
		return false;
	*ret_number = (uint64_t) value->number * (option->type == OPTION_DURATION ? 1000 : 1);
	return true;
}

static bool store_number(
	const struct option *option, char *at, const struct value *value, struct buffer *why)
{
	uint64_t number;
	uint32_t stored;

	if (!to_number(option, value, &number) || number < option->min || number > option->max)
		return refuse_value(option, value, why, NULL);
	stored = (uint32_t) number;
	memcpy(at, &stored, sizeof(stored));
	return true;
}

static void free_text_list(char **texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(texts[i]);
	free(texts);
}

static bool check_list_value(
	const struct option *option, const struct value *value, struct buffer *why)
{
	if (value->kind != VALUE_LIST)
		return refuse_value(option, value, why, NULL);
	if (value->n_items > MAX_ITEMS) {
		buffer_format(why, "found %zu entries; at most %d are allowed", value->n_items,
			MAX_ITEMS);
		return false;
	}
	return true;
}

static bool store_texts(
	const struct option *option, char *object, const struct value *value, struct buffer *why)
{
	char **texts, **old;
	size_t n_old;

	if (!check_list_value(option, value, why))
		return false;
	for (size_t i = 0; i < value->n_items; i++)
		if (!check_text(option, &value->items[i], why))
			return false;
	texts = mem_resize(NULL, value->n_items, sizeof(*texts));
	for (size_t i = 0; i < value->n_items; i++)
		texts[i] = mem_text(value->items[i].text);

	memcpy(&old, object + option->offset, sizeof(old));
	memcpy(&n_old, object + option->count_offset, sizeof(n_old));
	free_text_list(old, n_old);
	memcpy(object + option->offset, &texts, sizeof(texts));
	memcpy(object + option->count_offset, &value->n_items, sizeof(value->n_items));
	return true;
}

static bool store_ranges(
	const struct option *option, char *object, const struct value *value, struct buffer *why)
{
	struct address *ranges, *old;

	if (!check_list_value(option, value, why))
		return false;
	ranges = mem_new(value->n_items * sizeof(*ranges));
	for (size_t i = 0; i < value->n_items; i++) {
		const struct value *item = &value->items[i];

		if (item->kind == VALUE_TEXT && address_parse_range(item->text, &ranges[i]))
			continue;
		free(ranges);
		return refuse_value(option, item, why,
			"an address or a range without bits beyond its prefix, such as "
			"\"192.0.2.7\", \"192.0.2.0/24\", \"2001:db8::/32\" or \"local\"");
	}
	memcpy(&old, object + option->offset, sizeof(old));
	free(old);
	memcpy(object + option->offset, &ranges, sizeof(ranges));
	memcpy(object + option->count_offset, &value->n_items, sizeof(value->n_items));
	return true;
}

bool value_store(
	const struct option *option, void *object, const struct value *value, struct buffer *why)
{
	char *at = (char *) object + option->offset;
	bool is_true = value->number != 0;

	switch (option->type) {
	case OPTION_TEXT:
		return store_text(option, at, value, why);
	case OPTION_COUNT:
	case OPTION_SIZE:
	case OPTION_DURATION:
	case OPTION_MODE:
		return store_number(option, at, value, why);
	case OPTION_BOOL:
		if (value->kind != VALUE_BOOL)
			return refuse_value(option, value, why, NULL);
		memcpy(at, &is_true, sizeof(is_true));
		return true;
	case OPTION_TEXTS:
		return store_texts(option, object, value, why);
	case OPTION_RANGES:
		return store_ranges(option, object, value, why);
	}
	return false;
}

static void format_texts(char *const *texts, size_t n, struct buffer *out)
{
	buffer_put_text(out, n ? "[ " : "[]");
	for (size_t i = 0; i < n; i++) {
		value_put_quoted(out, texts[i]);
		buffer_put_text(out, i + 1 < n ? ", " : " ]");
	}
}

static void format_ranges(const struct address *ranges, size_t n, struct buffer *out)
{
	char text[ADDRESS_TEXT_BYTES];

	buffer_put_text(out, n ? "[ " : "[]");
	for (size_t i = 0; i < n; i++) {
		bool is_host =
			ranges[i].prefix == (ranges[i].family == ADDRESS_FAMILY_IPV4 ? 32 : 128);

		address_format(&ranges[i], text);
		buffer_format(out, "\"%s", text);
		if (!is_host && ranges[i].family != ADDRESS_FAMILY_UNIX)
			buffer_format(out, "/%u", ranges[i].prefix);
		buffer_put_text(out, i + 1 < n ? "\", " : "\" ]");
	}
}

static void format_number(const struct option *option, const char *at, struct buffer *out)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	if (option->type == OPTION_MODE)
		buffer_format(out, "\"%04o\"", number);
	else if (option->type == OPTION_COUNT || !number)
		buffer_format(out, "%u", number);
	else {
		buffer_put_byte(out, '"');
		units_format(
			option->type == OPTION_SIZE ? UNITS_SIZE : UNITS_DURATION, number, out);
		buffer_put_byte(out, '"');
	}
}

bool value_format(const struct option *option, const void *object, struct buffer *out)
{
	const char *at = (const char *) object + option->offset;
	const void *pointer;
	size_t count = 0;

	switch (option->type) {
	case OPTION_TEXT:
		memcpy(&pointer, at, sizeof(pointer));
		if (pointer)
			value_put_quoted(out, pointer);
		return pointer != NULL;
	case OPTION_COUNT:
	case OPTION_SIZE:
	case OPTION_DURATION:
	case OPTION_MODE:
		format_number(option, at, out);
		return true;
	case OPTION_BOOL:
		buffer_put_text(out, *(const bool *) at ? "true" : "false");
		return true;
	case OPTION_TEXTS:
	case OPTION_RANGES:
		memcpy(&pointer, at, sizeof(pointer));
		memcpy(&count, (const char *) object + option->count_offset, sizeof(count));
		if (option->type == OPTION_TEXTS)
			format_texts(pointer, count, out);
		else
			format_ranges(pointer, count, out);
		return true;
	}
	return false;
}

void value_free_all(const struct option_table *table, void *object)
{
	for (size_t i = 0; i < table->n_options; i++) {
		const struct option *option = &table->options[i];
		char *at = (char *) object + option->offset;
		size_t count = 0;
		void *pointer;

		if (option->type != OPTION_TEXT && option->type != OPTION_TEXTS &&
			option->type != OPTION_RANGES)
			continue;
		memcpy(&pointer, at, sizeof(pointer));
		if (option->type == OPTION_TEXTS) {
			memcpy(&count, (char *) object + option->count_offset, sizeof(count));
			free_text_list(pointer, count);
		} else {
			free(pointer);
		}
	}
}
