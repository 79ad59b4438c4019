/* Owns the export of an account as JSON. */
#include "world/account_export.h"

#include "base/cleanup.h"
#include "base/date.h"
#include "proto/json_text.h"
#include "world/account_marks.h"
#include "world/channel.h"
#include "world/mails.h"
#include "world/modes.h"
#include "world/push_endpoints.h"
#include "world/registered_channels.h"
#include "world/world.h"

static void put_export_date(struct buffer *out, uint64_t wall_ms)
{
	char date[DATE_BYTES];

	date_format_iso(wall_ms, date);
	json_put_text(out, wall_ms ? date : NULL);
}

static void put_nicks(const struct account *account, struct buffer *out)
{
	const struct account_nick *nick;
	const char *joint = "\n";

	buffer_put_text(out, "\"nicks\":[");
	LIST_EACH (nick, &account_extras(account)->nicks, in_account) {
		buffer_format(out, "%s{\"nick\":", joint);
		json_put_text(out, nick->name);
		buffer_put_text(out, ",\"added\":");
		put_export_date(out, nick->created_wall_ms);
		buffer_put_byte(out, '}');
		joint = ",\n";
	}
	buffer_put_text(out, "],\n");
}

static void put_certificates(const struct account *account, struct buffer *out)
{
	const struct account_certificate *certificate;
	const char *joint = "\n";

	buffer_put_text(out, "\"certificates\":[");
	LIST_EACH (certificate, &account_extras(account)->certificates, in_account) {
		buffer_format(out, "%s{\"fingerprint\":", joint);
		json_put_text(out, certificate->fingerprint);
		buffer_put_text(out, ",\"name\":");
		json_put_text(out, certificate->name);
		buffer_put_text(out, ",\"added\":");
		put_export_date(out, certificate->created_wall_ms);
		buffer_put_byte(out, '}');
		joint = ",\n";
	}
	buffer_put_text(out, "],\n");
}

/* The key and the secret of the device are of no use to its owner. */
static void put_endpoints(const struct account *account, struct buffer *out)
{
	const struct push_endpoint *endpoint;
	const char *joint = "\n";

	buffer_put_text(out, "\"push\":[");
	LIST_EACH (endpoint, &account_extras(account)->endpoints, in_account) {
		buffer_format(out, "%s{\"endpoint\":", joint);
		json_put_text(out, endpoint->url);
		buffer_put_text(out, ",\n\"added\":");
		put_export_date(out, endpoint->created_wall_ms);
		buffer_put_text(out, ",\"renewed\":");
		put_export_date(out, endpoint->renewed_wall_ms);
		buffer_put_byte(out, '}');
		joint = ",\n";
	}
	buffer_put_text(out, "],\n");
}

/* Each mask stands alone in its line, as it may be long. */
static void put_channel_masks(const struct registered_channel *registered, struct buffer *out)
{
	const char *joint = "";

	buffer_put_text(out, ",\n\"masks\":[");
	for (uint32_t i = 0; i < registered->n_masks; i++) {
		buffer_format(
			out, "%s{\"list\":\"%c\",\"mask\":\n", joint, registered->masks[i].letter);
		json_put_text(out, registered->masks[i].mask);
		buffer_put_byte(out, '}');
		joint = ",\n";
	}
	buffer_put_byte(out, ']');
}

static void put_account_channels(
	const struct world *world, const struct account *account, struct buffer *out)
{
	const struct registered_channel *registered;
	const char *joint = "\n";

	buffer_put_text(out, "\"channels\":[");
	ORDERED_EACH (registered, &world->registered_channels) {
		uint32_t rank = registered_channel_rank(registered, account);

		if (!rank)
			continue;
		buffer_format(out, "%s{\"channel\":", joint);
		json_put_text(out, registered->channel->name);
		buffer_format(out, ",\"rank\":\"%c\",\"is_founder\":%s", member_rank_letter(rank),
			registered->founder == account->id ? "true" : "false");
		if (registered->founder == account->id)
			put_channel_masks(registered, out);
		buffer_put_byte(out, '}');
		joint = ",\n";
	}
	buffer_put_text(out, "],\n");
}

static const char *password_word(const struct account *account)
{
	if (account->verifier.rounds)
		return "verifier of SCRAM-SHA-256";
	return account_extras(account)->hash ? "imported hash" : NULL;
}

/* Only the hash of a code is stored, from which the code cannot be read. */
static void put_code(const struct account *account, struct buffer *out)
{
	const struct account_code *code = &account_extras(account)->code;

	buffer_put_text(out, "\"sent_code\":");
	if (!code->hash) {
		buffer_put_text(out, "null,\n");
		return;
	}
	buffer_format(out, "{\"purpose\":\"%s\",\"valid_until\":",
		code->purpose == MAIL_PURPOSE_RESET ? "password" : "e-mail");
	put_export_date(out, code->until_wall_ms);
	buffer_put_text(out, ",\"address\":");
	json_put_text(out, code->email);
	buffer_put_text(out, "},\n");
}

/* The day, where accounts expire. */
static void put_last_use(const struct account *account, struct buffer *out)
{
	char date[DATE_BYTES];

	buffer_put_text(out, "\"last_used\":");
	date_format_iso(account->used_day * UINT64_C(86400000), date);
	date[10] = '\0';
	json_put_text(out, account->used_day ? date : NULL);
	buffer_put_text(out, ",\n");
}

static void put_flags(const struct account *account, struct buffer *out)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} flags[] = {
		{ ACCOUNT_FLAG_UNVERIFIED, "unverified" },
		{ ACCOUNT_FLAG_SUSPENDED, "suspended" },
		{ ACCOUNT_FLAG_OUTSIDE, "checked_outside" },
		{ ACCOUNT_FLAG_NO_RANKS, "autoop_off" },
		{ ACCOUNT_FLAG_HELD, "held" },
		{ ACCOUNT_FLAG_PROTECTED, "protect_on" },
		{ ACCOUNT_FLAG_UNPROTECTED, "protect_off" },
		{ ACCOUNT_FLAG_SHARED, "multiclient_on" },
		{ ACCOUNT_FLAG_UNSHARED, "multiclient_off" },
		{ ACCOUNT_FLAG_ALWAYS_ON, "alwayson_on" },
		{ ACCOUNT_FLAG_NOT_ALWAYS_ON, "alwayson_off" },
		{ ACCOUNT_FLAG_AUTO_AWAY, "autoaway_on" },
		{ ACCOUNT_FLAG_NO_AUTO_AWAY, "autoaway_off" },
	};
	const char *joint = "";

	buffer_put_text(out, "\"flags\":[");
	for (size_t i = 0; i < ARRAY_LENGTH(flags); i++) {
		if (!(account->flags & flags[i].flag))
			continue;
		buffer_put_text(out, joint);
		json_put_text(out, flags[i].name);
		joint = ",";
	}
	buffer_put_text(out, "],\n");
}

static void put_marks_of(
	const struct account *account, enum account_mark_kind kind, struct buffer *out)
{
	const struct account_marks *marks = account_extras(account)->marks;
	const char *joint = "";

	for (uint32_t i = 0; marks && i < marks->count; i++) {
		if (marks->items[i].kind != kind || !marks->items[i].wall_ms)
			continue;
		buffer_format(out, "%s\n{\"name\":", joint);
		json_put_text(out, marks->items[i].name);
		buffer_put_text(out, ",\"time\":");
		put_export_date(out, marks->items[i].wall_ms);
		buffer_put_byte(out, '}');
		joint = ",";
	}
}

static void put_marks(const struct account *account, struct buffer *out)
{
	buffer_put_text(out, "\"devices\":[");
	put_marks_of(account, ACCOUNT_MARK_DEVICE, out);
	buffer_put_text(out, "],\n\"always_on\":[");
	put_marks_of(account, ACCOUNT_MARK_USER, out);
	buffer_put_text(out, "],\n\"read\":[");
	put_marks_of(account, ACCOUNT_MARK_READ, out);
	buffer_put_text(out, "]\n");
}

void account_export(const struct world *world, const struct account *account, struct buffer *out)
{
	const struct account_extras *extras = account_extras(account);

	buffer_put_text(out, "{\"account\":");
	json_put_text(out, account->name);
	buffer_format(out, ",\"id\":%llu,\"registered\":", (unsigned long long) account->id);
	put_export_date(out, account->created_wall_ms);
	buffer_put_text(out, ",\n\"email\":");
	json_put_text(out, extras->email);
	buffer_put_text(out, ",\n\"password\":");
	json_put_text(out, password_word(account));
	buffer_format(out, ",\"codes_by_totp\":%s,\"bytes_of_later_releases\":%zu,\n",
		extras->totp ? "true" : "false", extras->rest.length);
	put_code(account, out);
	put_last_use(account, out);
	put_flags(account, out);
	put_nicks(account, out);
	put_certificates(account, out);
	put_endpoints(account, out);
	put_account_channels(world, account, out);
	put_marks(account, out);
	buffer_put_text(out, "}\n");
}
