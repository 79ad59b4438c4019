/* Owns the recipients of metadata. */
#include "action/metadata_push.h"

#include <string.h>

#include "action/reply.h"
#include "proto/message.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/monitor_reach.h"
#include "world/session.h"
#include "world/user.h"

/* One changed key that is being sent. */
struct news {
	struct world *world;
	struct outbox *outbox;
	const char *source;
	const char *target;
	const char *key;
	const char *value; /* NULL: removed */
};

/* As a numeric. */
static void write_numeric(const struct news *news, struct buffer *out)
{
	if (news->value)
		numeric_write(out, news->world, RPL_KEYVALUE, news->target, news->key, news->value);
	else
		numeric_write(out, news->world, RPL_KEYNOTSET, news->target, news->key);
}

/* If the line is too long, the server replaces the source, so that the value stays complete. */
static void write_message(const struct news *news, struct buffer *out)
{
	const char *value = news->value ? news->value : "";
	const char *colon = news->value ? " :" : "";

	buffer_format(out, ":%s METADATA %s %s *%s%s", news->source, news->target, news->key, colon,
		value);
	if (out->length <= MESSAGE_BYTES)
		return;
	buffer_clear(out);
	buffer_format(out, ":%s METADATA %s %s *%s%s", news->world->settings->server_name,
		news->target, news->key, colon, value);
}

static void begin_push(struct fanout *fanout, const struct news *news)
{
	struct buffer message = { 0 }, numeric = { 0 };
	bool is_3 = news->world->settings->metadata_as_3;

	write_message(news, &message);
	write_numeric(news, &numeric);
	fanout_begin(fanout, news->world, news->outbox, "%s", is_3 ? numeric.bytes : message.bytes);
	fanout_variant(fanout, CAP_METADATA_3, "%s", numeric.bytes);
	fanout->key = news->key;
	buffer_done(&message);
	buffer_done(&numeric);
}

void metadata_push(
	struct call *call, const struct metadata_target *target, const char *key, const char *value)
{
	const struct news news = { call->world, call->outbox, call->user->source, target->name, key,
		value };
	struct fanout fanout;

	begin_push(&fanout, &news);
	fanout.except = call->session;
	if (target->channel) {
		fanout_to_channel(&fanout, target->channel);
	} else {
		fanout_to_user(&fanout, target->user);
		fanout_to_neighbours(&fanout, target->user);
		monitor_to_all_strangers(&fanout, target->user);
	}
	fanout_end(&fanout);
}

void metadata_begin_entry(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct user *user, size_t i)
{
	const struct metadata_entry *entry = &user_extras(user)->metadata.entries[i];
	const struct news news = { world, outbox, user->source, user->nick, entry->key,
		entry->value };

	begin_push(fanout, &news);
}

void metadata_introduce(struct world *world, struct outbox *outbox, const struct member *member)
{
	struct fanout fanout;

	for (size_t i = 0; i < user_extras(member->user)->metadata.count; i++) {
		metadata_begin_entry(&fanout, world, outbox, member->user, i);
		fanout_about_to_others(&fanout, member);
		fanout_end(&fanout);
	}
}
