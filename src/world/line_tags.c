/* Owns the table of tags.
 *
 * Tags are in groups, by the capability that requests them. A session stores the set of groups
 * that it wants as a number, which directly selects its variant among the written lines. */
#include "world/line_tags.h"

#include <assert.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "proto/tags.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/modes.h"
#include "world/msgid.h"
#include "world/user.h"
#include "world/world.h"

static const uint64_t caps_of_groups[] = {
	[TAG_GROUP_TIME] = CAP_SERVER_TIME,
	[TAG_GROUP_GENERAL] = CAP_MESSAGE_TAGS,
	[TAG_GROUP_ACCOUNT] = CAP_ACCOUNT_TAG,
	[TAG_GROUP_OPER] = CAP_OPER_TAG,
	[TAG_GROUP_BATCH] = CAP_BATCH,
	[TAG_GROUP_RELAY] = CAP_RELAYMSG,
};
static_assert(ARRAY_LENGTH(caps_of_groups) == TAG_GROUPS, "each group has a row");

static bool is_always_there(const struct fanout *fanout)
{
	(void) fanout;
	return true;
}

static void write_time(const struct fanout *fanout, struct buffer *out)
{
	char time[DATE_BYTES];

	date_format_iso(fanout->past ? fanout->past->wall_ms : fanout->world->wall_ms, time);
	buffer_put_text(out, time);
}

static bool has_id(const struct fanout *fanout)
{
	return fanout->past ? fanout->past->id : fanout->id;
}

static void write_id(const struct fanout *fanout, struct buffer *out)
{
	char id[MSGID_BYTES];

	if (fanout->past)
		msgid_format_of(fanout->past->birth, fanout->past->id, id);
	else
		msgid_format(fanout->world, fanout->id, id);
	buffer_put_text(out, id);
}

static const char *account_of(const struct fanout *fanout)
{
	if (fanout->past)
		return fanout->past->account;
	return fanout->source ? fanout->source->account : NULL;
}

static bool has_account(const struct fanout *fanout)
{
	return account_of(fanout);
}

static void write_account_tag(const struct fanout *fanout, struct buffer *out)
{
	tags_escape(account_of(fanout), out);
}

static bool is_bot(const struct fanout *fanout)
{
	if (fanout->past)
		return fanout->past->is_bot;
	return fanout->source && fanout->source->flags & USER_FLAG_BOT;
}

/* Operators who hide their status have no such tag. */
static bool is_operator(const struct fanout *fanout)
{
	if (fanout->past)
		return fanout->past->is_operator;
	return fanout->source && fanout->source->operator_name &&
	       !(fanout->source->flags & USER_FLAG_HIDES_OPERATOR);
}

static void write_operator(const struct fanout *fanout, struct buffer *out)
{
	if (fanout->past && fanout->past->operator_name)
		tags_escape(fanout->past->operator_name, out);
	else if (!fanout->past && fanout->world->settings->oper_tag_names)
		tags_escape(fanout->source->operator_name, out);
}

static bool is_in_batch(const struct fanout *fanout)
{
	return fanout->batch;
}

static void write_batch(const struct fanout *fanout, struct buffer *out)
{
	buffer_put_text(out, fanout->batch);
}

static bool is_context(const struct fanout *fanout)
{
	return fanout->past && fanout->past->is_context;
}

static bool is_end(const struct fanout *fanout)
{
	return fanout->is_end;
}

static bool is_joined(const struct fanout *fanout)
{
	return fanout->is_joined;
}

static const char *relay_of(const struct fanout *fanout)
{
	if (fanout->past)
		return fanout->past->relay;
	return fanout->relay ? fanout->relay->nick : NULL;
}

static bool is_relayed(const struct fanout *fanout)
{
	return relay_of(fanout);
}

static void write_relay(const struct fanout *fanout, struct buffer *out)
{
	tags_escape(relay_of(fanout), out);
}

static bool is_edit(const struct fanout *fanout)
{
	return fanout->edit;
}

static void write_edited_id(const struct fanout *fanout, struct buffer *out)
{
	char id[MSGID_BYTES];

	msgid_format(fanout->world, fanout->edit->id, id);
	buffer_put_text(out, id);
}

static void write_edited_text(const struct fanout *fanout, struct buffer *out)
{
	tags_escape(fanout->edit->text, out);
}

/* Client-only tags come last, IRCv3 message-tags. */
static const struct {
	const char *name;
	enum tag_group group;
	bool (*is_there)(const struct fanout *fanout);
	void (*write_value)(const struct fanout *fanout, struct buffer *out); /* NULL: none */
} rows[] = {
	{ "time", TAG_GROUP_TIME, is_always_there, write_time },
	{ "msgid", TAG_GROUP_GENERAL, has_id, write_id },
	{ "account", TAG_GROUP_ACCOUNT, has_account, write_account_tag },
	{ "bot", TAG_GROUP_GENERAL, is_bot, NULL },
	{ "draft/oper", TAG_GROUP_OPER, is_operator, write_operator },
	{ "draft/relaymsg", TAG_GROUP_RELAY, is_relayed, write_relay },
	{ "batch", TAG_GROUP_BATCH, is_in_batch, write_batch },
	{ "draft/chathistory-context", TAG_GROUP_GENERAL, is_context, NULL },
	{ "draft/chathistory-end", TAG_GROUP_GENERAL, is_end, NULL },
	{ "draft/multiline-concat", TAG_GROUP_BATCH, is_joined, NULL },
	{ "draft/target-msgid", TAG_GROUP_GENERAL, is_edit, write_edited_id },
	{ "draft/edit-text", TAG_GROUP_GENERAL, is_edit, write_edited_text },
};

const char *line_tag_name(size_t index)
{
	return index < ARRAY_LENGTH(rows) ? rows[index].name : NULL;
}

uint8_t line_tags_wanted(uint64_t caps)
{
	uint8_t groups = 0;

	for (size_t i = 0; i < TAG_GROUPS; i++)
		if (caps & caps_of_groups[i])
			groups |= (uint8_t) (1u << i);
	return groups;
}

uint8_t line_tags_of(const struct fanout *fanout)
{
	uint8_t groups = fanout->client_tags ? 1u << TAG_GROUP_GENERAL : 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].is_there(fanout))
			groups |= (uint8_t) (1u << rows[i].group);
	return groups;
}

static void put_tag_row(const struct fanout *fanout, size_t i, struct buffer *out)
{
	size_t bare;

	buffer_format(out, "%s=", rows[i].name);
	bare = out->length;
	if (rows[i].write_value)
		rows[i].write_value(fanout, out);
	if (out->length == bare)
		buffer_cut(out, bare - 1);
	buffer_put_byte(out, ';');
}

void line_tags_put(const struct fanout *fanout, uint32_t set, struct buffer *out)
{
	if (!set)
		return;
	buffer_put_byte(out, '@');
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (set & 1u << rows[i].group && rows[i].is_there(fanout))
			put_tag_row(fanout, i, out);
	if (set & 1u << TAG_GROUP_GENERAL && fanout->client_tags)
		buffer_format(out, "%s;", fanout->client_tags);
	out->bytes[out->length - 1] = ' ';
}
