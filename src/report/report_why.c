/* Owns the answer to "why": the rules that the core itself applies, asked without applying them. */
#include "report/report_why.h"

#include "action/banning.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/name_syntax.h"
#include "world/banmask.h"
#include "world/census.h"
#include "world/channel.h"
#include "world/tallies.h"
#include "world/user.h"
#include "world/world.h"

struct reason {
	const char *effect;
	const char *where;
	const char *mask;
	const char *text;
	const char *setter;
	uint64_t expires_wall_ms;
};

static void put_reason(json_t *list, const struct reason *reason)
{
	struct report_writer writer = report_writer_begin(REPORT_KIND_WHY);

	report_put_text(&writer, reason->effect);
	report_put_text(&writer, reason->where);
	report_put_text(&writer, reason->mask);
	report_put_text(&writer, reason->text);
	report_put_text(&writer, reason->setter);
	report_put_time(&writer, reason->expires_wall_ms);
	report_writer_end(&writer, list);
}

/* Bans of the server */

static void put_ban_reason(json_t *list, const struct ban *ban)
{
	const char *effect = ban && ban->kind == BAN_KIND_MUTE ? "muted" : "refused";

	if (ban)
		put_reason(
			list, &(struct reason){ effect, ban_row((enum ban_kind) ban->kind)->name,
				      ban->mask, ban->reason, ban->setter, ban->expires_wall_ms });
}

static void put_exemption_reason(const struct world *world, json_t *list, enum ban_kind kind,
	const struct ban_subject *subject)
{
	const char *option = bans_find_exemption(&world->bans, kind, subject);
	CLEANUP(buffer_done) struct buffer place = { 0 };
	unsigned int line = 0;
	bool is_option = option && text_starts_with(option, "exempt.");
	const char *file = is_option ? settings_origin(world->settings, option, &line) : NULL;

	if (!option)
		return;
	if (file)
		buffer_format(&place, "%s:%u", file, line);
	put_reason(list, &(struct reason){ "exempt", ban_row(kind)->name, NULL, option,
				 file ? place.bytes : NULL, 0 });
}

static void put_subject_reasons(
	const struct world *world, json_t *list, const struct ban_subject *subject)
{
	put_exemption_reason(world, list, BAN_KIND_ADDRESS, subject);
	put_exemption_reason(world, list, BAN_KIND_USER, subject);
	put_ban_reason(list, bans_match_subject(&world->bans, subject));
	put_ban_reason(list, bans_match_mute(&world->bans, subject));
}

/* Limits */

static uint64_t wall_in(const struct world *world, uint64_t ms)
{
	return ms ? world->wall_ms + ms : 0;
}

static void put_tally_reason(
	const struct world *world, json_t *list, char purpose, const struct address *address)
{
	char key[TALLY_KEY_BYTES];
	uint64_t left_ms;

	tally_key(key, purpose, address, NULL);
	left_ms = tally_full_in_ms(&world->tallies, key, world->now_ms);
	if (left_ms)
		put_reason(
			list, &(struct reason){ "slowed", NULL, NULL,
				      "Wrong passwords have come from there: logins may be refused",
				      NULL, wall_in(world, left_ms) });
}

/* As for a new connection through a listener without a class of its own. */
static void put_limit_reasons(
	const struct world *world, json_t *list, const struct address *address)
{
	const struct class_settings *class = settings_class_of(world->settings, address, "");
	const char *refusal =
		census_refuse(&world->census, world->settings, class, address, world->now_ms);

	if (world->settings->clients && world->n_sessions >= world->settings->clients)
		refusal = CENSUS_FULL;
	if (refusal)
		put_reason(
			list, &(struct reason){ "limited", class->name, NULL, refusal, NULL, 0 });
	put_tally_reason(world, list, TALLY_ADDRESS, address);
}

/* Clients that are there */

static void put_listed_reason(json_t *list, const struct session *session)
{
	const char *listed = session_extras(session)->listed;

	if (listed)
		put_reason(list, &(struct reason){ "listed", "blocklists", NULL, listed, NULL, 0 });
}

static void put_session_reasons(
	const struct world *world, json_t *list, const struct session *session)
{
	struct ban_subject subject = banning_subject(session);
	const char *class = session_class(world, session)->name;
	uint64_t left_ms =
		session->flood_ms > world->now_ms ? session->flood_ms - world->now_ms : 0;

	put_subject_reasons(world, list, &subject);
	put_listed_reason(list, session);
	if (session->pauses & SESSION_PAUSE_FLOOD)
		put_reason(list, &(struct reason){ "slowed", class, NULL,
					 "It sends more than flood_rate of its class allows", NULL,
					 wall_in(world, left_ms) });
	if (session->pauses & SESSION_PAUSE_ANSWER)
		put_reason(list, &(struct reason){ "slowed", NULL, NULL,
					 "Its last request waits for an answer", NULL, 0 });
	if (session->pauses & SESSION_PAUSE_READ)
		put_reason(
			list, &(struct reason){ "slowed", NULL, NULL,
				      "It does not read the answer to its last request", NULL, 0 });
}

/* The entry of the lists that mutes the member; NULL: a list of another kind does. */
static const struct mask_entry *find_muting_entry(
	const struct world *world, const struct member *member, enum channel_list list)
{
	const struct masklist *masks = &member->channel->lists[list];
	const struct ban_target target = { world, member->user };

	for (size_t i = 0; i < masks->count; i++)
		if (banmask_matches(masks->entries[i].banmask, &target, true))
			return &masks->entries[i];
	return NULL;
}

static void put_mute_reason(const struct world *world, json_t *list, const struct member *member)
{
	const struct mask_entry *entry = find_muting_entry(world, member, CHANNEL_LIST_QUIET);
	struct reason reason = { "muted", .where = member->channel->name,
		.text = entry ? "+q, a mute of the channel" : "+b, a ban of the channel" };

	if (!entry)
		entry = find_muting_entry(world, member, CHANNEL_LIST_BAN);
	if (entry) {
		reason.mask = entry->mask;
		reason.setter = entry->setter;
		if (entry->expires_ms > world->now_ms)
			reason.expires_wall_ms = wall_in(world, entry->expires_ms - world->now_ms);
	}
	put_reason(list, &reason);
}

static void put_member_reasons(const struct world *world, json_t *list, const struct member *member)
{
	const struct channel *channel = member->channel;
	struct reason reason = { "muted", .where = channel->name };

	if (member_has_rank(member, MEMBER_RANK_VOICE))
		return;
	if (banmask_mutes(world, channel, member->user))
		put_mute_reason(world, list, member);
	reason.text = "+m, only members with a rank may speak";
	if (channel->flags & CHANNEL_FLAG_MODERATED)
		put_reason(list, &reason);
	reason.text = "+M, only users with an account may speak";
	if (channel->flags & CHANNEL_FLAG_REGISTERED_SPEAK && !member->user->account)
		put_reason(list, &reason);
}

static void put_user_reasons(const struct world *world, json_t *list, const struct user *user)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		put_session_reasons(world, list, session);
	for (size_t i = 0; i < user->n_members; i++)
		put_member_reasons(world, list, user->members[i]);
}

/* Subjects */

static void put_source_reasons(const struct world *world, json_t *list, const char *nick,
	const struct ban_subject *subject)
{
	if (nick)
		put_ban_reason(list, bans_match_name(world, BAN_KIND_NICK, nick));
	put_subject_reasons(world, list, subject);
}

/* What lists said when a client came from there last. */
static void put_listed_address_reason(
	const struct world *world, json_t *list, const struct address *address)
{
	const struct listed_address *listed = listed_address_find(world, address);

	if (listed)
		put_reason(list,
			&(struct reason){
				listed->action == BLOCKLIST_ACTION_REFUSE ? "refused" : "listed",
				"blocklists", NULL, listed->where, NULL, 0 });
}

static void put_address_reasons(
	const struct world *world, json_t *list, const struct ban_subject *subject)
{
	put_subject_reasons(world, list, subject);
	put_listed_address_reason(world, list, &subject->address);
	put_limit_reasons(world, list, &subject->address);
}

static void put_nick_reasons(const struct world *world, json_t *list, const char *nick)
{
	const struct user *user = user_find(world, nick);

	put_ban_reason(list, bans_match_name(world, BAN_KIND_NICK, nick));
	if (user)
		put_user_reasons(world, list, user);
}

void report_why(const struct world *world, const struct report_call *call, json_t *list)
{
	CLEANUP(mem_freep) char *text = mem_text(call->values[0]);
	struct ban_subject subject = { .name = "" };
	const char *nick = NULL;

	if (channel_name_looks_like_one(text))
		put_ban_reason(list, bans_match_name(world, BAN_KIND_CHANNEL, text));
	else if (banning_split_source(text, &nick, &subject))
		put_source_reasons(world, list, nick, &subject);
	else if (address_parse_network(text, &subject.address))
		put_address_reasons(world, list, &subject);
	else
		put_nick_reasons(world, list, text);
}
