/* Owns parsing and formatting mode parameters. */
#include "world/mode_values.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/name_syntax.h"
#include "world/channel.h"

#define MOST_SECONDS 3600
#define CHANNEL_BYTES 64

static bool parse_mode_number(const char *text, uint64_t most, uint32_t *ret_number)
{
	uint64_t number;

	if (!text_parse_u64(text, &number) || !number || number > most)
		return false;
	*ret_number = (uint32_t) number;
	return true;
}

static bool set_mode_number(uint32_t *number, const char *text, uint64_t most)
{
	if (text)
		return parse_mode_number(text, most, number);
	*number = 0;
	return true;
}

static bool write_mode_number(uint32_t number, struct buffer *out)
{
	if (number)
		buffer_format(out, "%u", number);
	return number != 0;
}

static bool parse_rate(const char *text, struct rate *ret_rate)
{
	const char *colon = strchr(text, ':');
	char count[8];

	if (!colon || colon - text >= (long) sizeof(count))
		return false;
	text_copy(count, (size_t) (colon - text) + 1, text);
	return parse_mode_number(count, MOST_SECONDS, &ret_rate->count) &&
	       parse_mode_number(colon + 1, MOST_SECONDS, &ret_rate->seconds);
}

static bool set_rate(struct rate *rate, const char *text)
{
	struct rate parsed = { 0 };

	if (text && !parse_rate(text, &parsed))
		return false;
	*rate = parsed;
	return true;
}

static bool write_rate(struct rate rate, struct buffer *out)
{
	if (rate.seconds)
		buffer_format(out, "%u:%u", rate.count, rate.seconds);
	return rate.seconds != 0;
}

bool set_forward(struct channel *channel, const char *text)
{
	if (text && !channel_name_is_valid(CASEMAP_ASCII, text, CHANNEL_BYTES))
		return false;
	mem_set_text(&channel->forward, text);
	return true;
}

bool set_join_rate(struct channel *channel, const char *text)
{
	return set_rate(&channel->join_rate, text);
}

bool set_limit(struct channel *channel, const char *text)
{
	return set_mode_number(&channel->limit, text, UINT32_MAX);
}

bool set_line_rate(struct channel *channel, const char *text)
{
	return set_rate(&channel->line_rate, text);
}

bool set_slow(struct channel *channel, const char *text)
{
	return set_mode_number(&channel->slow_seconds, text, MOST_SECONDS);
}

bool write_forward(const struct channel *channel, struct buffer *out)
{
	if (channel->forward)
		buffer_put_text(out, channel->forward);
	return channel->forward != NULL;
}

bool write_join_rate(const struct channel *channel, struct buffer *out)
{
	return write_rate(channel->join_rate, out);
}

bool write_limit(const struct channel *channel, struct buffer *out)
{
	return write_mode_number(channel->limit, out);
}

bool write_line_rate(const struct channel *channel, struct buffer *out)
{
	return write_rate(channel->line_rate, out);
}

bool write_slow(const struct channel *channel, struct buffer *out)
{
	return write_mode_number(channel->slow_seconds, out);
}
