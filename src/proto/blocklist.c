/* Owns the form of questions to DNS blocklists, and of their answers. */
#include "proto/blocklist.h"

#include <stdlib.h>
#include <string.h>

#include "base/big_endian.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/push_wall.h"

const char blocklist_action_words[] = "\"tell\", \"accounts\" or \"refuse\"";

enum blocklist_action blocklist_action_of(const char *text)
{
	static const char *const names[] = {
		[BLOCKLIST_ACTION_TELL] = "tell",
		[BLOCKLIST_ACTION_ACCOUNTS] = "accounts",
		[BLOCKLIST_ACTION_REFUSE] = "refuse",
	};

	for (size_t i = BLOCKLIST_ACTION_TELL; i < ARRAY_LENGTH(names); i++)
		if (strcmp(text, names[i]) == 0)
			return (enum blocklist_action) i;
	return BLOCKLIST_ACTION_NONE;
}

bool blocklist_may_have(const struct address *address)
{
	return (address->family == ADDRESS_FAMILY_IPV4 || address->family == ADDRESS_FAMILY_IPV6) &&
	       push_wall_is_public(address);
}

void blocklist_put_name(const struct address *address, const char *zone, struct buffer *out)
{
	if (address->family == ADDRESS_FAMILY_IPV4)
		for (size_t i = 4; i-- > 0;)
			buffer_format(out, "%u.", address->bytes[i]);
	else
		for (size_t i = 16; i-- > 0;)
			buffer_format(
				out, "%x.%x.", address->bytes[i] & 0xf, address->bytes[i] >> 4);
	buffer_format(out, "%s.", zone);
}

/* Answers */

static bool parse_answer(const char *text, uint32_t *ret_number)
{
	struct address address;

	if (!address_parse_range(text, &address) || address.family != ADDRESS_FAMILY_IPV4 ||
		!address_is_single(&address))
		return false;
	*ret_number = (uint32_t) big_endian_read(address.bytes, 4);
	return true;
}

static bool parse_two_answers(char *text, char *hyphen, struct blocklist_range *ret_range)
{
	struct blocklist_range range;

	*hyphen = '\0';
	if (!parse_answer(text, &range.first) || !parse_answer(hyphen + 1, &range.last) ||
		range.first > range.last)
		return false;
	*ret_range = range;
	return true;
}

bool blocklist_parse_range(const char *text, struct blocklist_range *ret_range)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *hyphen = strchr(copy, '-');
	struct address network;

	if (hyphen)
		return parse_two_answers(copy, hyphen, ret_range);
	if (!address_parse_range(text, &network) || network.family != ADDRESS_FAMILY_IPV4)
		return false;
	ret_range->first = (uint32_t) big_endian_read(network.bytes, 4);
	ret_range->last = ret_range->first | (uint32_t) ((uint64_t) UINT32_MAX >> network.prefix);
	return true;
}

bool blocklist_has(const struct blocklist_range *range, const struct address *answer)
{
	uint32_t number = (uint32_t) big_endian_read(answer->bytes, 4);

	return answer->family == ADDRESS_FAMILY_IPV4 && number >= range->first &&
	       number <= range->last;
}

bool blocklist_is_complaint(const struct address *address)
{
	static const struct address complaints = { ADDRESS_FAMILY_IPV4, 24, 0, { 127, 255, 255 } };

	return address_is_in(address, &complaints);
}

bool blocklist_is_answer(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_IPV4 && address_is_loopback(address) &&
	       !blocklist_is_complaint(address);
}

/* Reports */

void blocklist_report_put(const char *zone, const struct address *answers, size_t count,
	bool is_unanswered, struct buffer *report)
{
	char text[ADDRESS_TEXT_BYTES];

	buffer_put_text(report, zone);
	for (size_t i = 0; i < count && i < BLOCKLIST_MOST_ANSWERS; i++) {
		address_format(&answers[i], text);
		buffer_format(report, " %s", text);
	}
	buffer_put_text(report, is_unanswered ? " ?\n" : "\n");
}

bool blocklist_report_next(char **rest, struct blocklist_line *ret_line)
{
	char *line = text_split(rest, '\n'), *word;

	if (!line || !*line)
		return false;
	*ret_line = (struct blocklist_line){ .zone = text_split(&line, ' ') };
	while ((word = text_split(&line, ' ')))
		if (strcmp(word, "?") == 0)
			ret_line->is_unanswered = true;
		else if (ret_line->n_answers < BLOCKLIST_MOST_ANSWERS)
			ret_line->n_answers +=
				address_parse_range(word, &ret_line->answers[ret_line->n_answers]);
	return true;
}
