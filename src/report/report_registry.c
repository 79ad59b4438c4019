/* Owns how accounts, invitations, past users, metadata and uploaded files are shown. */
#include "report/report_registry.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/http_upload.h"
#include "report/report_views.h"
#include "world/accounts.h"
#include "world/channel.h"
#include "world/registered_channels.h"
#include "world/registration_tokens.h"
#include "world/user.h"
#include "world/whowas.h"
#include "world/world.h"

/* Accounts */

uint64_t report_accounts_end(const struct world *world)
{
	return ordered_last_number(&world->accounts.all) + 1;
}

const void *report_find_account(const struct world *world, struct report_cursor *cursor)
{
	return report_find_numbered(&world->accounts.all, cursor);
}

static void put_account_nicks(struct report_writer *writer, const struct account_extras *extras)
{
	CLEANUP(buffer_done) struct buffer nicks = { 0 };
	const struct account_nick *nick;

	LIST_EACH (nick, &extras->nicks, in_account)
		buffer_format(&nicks, "%s%s", nicks.length ? " " : "", nick->name);
	report_put_text(writer, nicks.length ? nicks.bytes : NULL);
}

static void put_account_certificates(
	struct report_writer *writer, const struct account_extras *extras)
{
	CLEANUP(buffer_done) struct buffer prints = { 0 };
	const struct account_certificate *certificate;

	LIST_EACH (certificate, &extras->certificates, in_account)
		buffer_format(&prints, "%s%s", prints.length ? " " : "", certificate->fingerprint);
	report_put_text(writer, prints.length ? prints.bytes : NULL);
}

void report_account(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct account *account = item;
	const struct account_extras *extras = account_extras(account);

	report_put_text(writer, account->name);
	report_put_time(writer, account->created_wall_ms);
	report_put_text(writer, extras->email);
	report_put_number(writer, registered_channels_of(world, account));
	report_put_flag(writer, account->flags & ACCOUNT_FLAG_SUSPENDED);
	report_put_flag(writer, account->flags & ACCOUNT_FLAG_UNVERIFIED);
	report_put_flag(writer, account->flags & ACCOUNT_FLAG_HELD);
	report_put_flag(writer, extras->totp != NULL);
	put_account_nicks(writer, extras);
	put_account_certificates(writer, extras);
}

/* Ranks on a channel */

static const struct registered_channel *find_registered(
	const struct world *world, const struct report_call *call)
{
	const struct channel *channel = channel_find(world, call->values[0]);

	return channel ? channel->registered : NULL;
}

bool report_is_registered(const struct world *world, const struct report_call *call)
{
	return find_registered(world, call);
}

static void put_access(
	const struct world *world, uint64_t id, uint32_t rank, bool is_founder, json_t *list)
{
	const struct account *account = account_find_id(world, id);
	struct report_writer writer = report_writer_begin(REPORT_KIND_ACCESS);
	char letter[] = { member_rank_letter(rank), '\0' };

	report_put_text(&writer, account ? account->name : NULL);
	report_put_text(&writer, letter);
	report_put_flag(&writer, is_founder);
	report_writer_end(&writer, list);
}

void report_access(const struct world *world, const struct report_call *call, json_t *list)
{
	const struct registered_channel *registered = find_registered(world, call);

	if (!registered) /* any more */
		return;
	if (registered->founder)
		put_access(world, registered->founder, MEMBER_RANK_OWNER, true, list);
	for (uint32_t i = 0; i < registered->n_access; i++)
		put_access(world, registered->access[i].account, registered->access[i].rank, false,
			list);
}

/* Invitations */

void report_invitations(const struct world *world, const struct report_call *call, json_t *list)
{
	const struct registration_token *token;

	(void) call;
	LIST_EACH (token, &world->registration_tokens.all, in_all) {
		struct report_writer writer = report_writer_begin(REPORT_KIND_INVITATIONS);
		CLEANUP(mem_freep)
		char *id = mem_text_n(token->hash, REGISTRATION_TOKEN_ID_BYTES);

		report_put_text(&writer, id);
		report_put_text(&writer, token->creator);
		report_put_time(&writer, token->created_wall_ms);
		report_put_time(&writer, token->expires_wall_ms);
		report_writer_end(&writer, list);
	}
}

/* Past users */

static void put_past_user_row(const struct past_user *past, json_t *list)
{
	struct report_writer writer = report_writer_begin(REPORT_KIND_WHOWAS);
	char address[ADDRESS_TEXT_BYTES];

	address_format(&past->address, address);
	report_put_text(&writer, past->nick);
	report_put_text(&writer, past->name);
	report_put_text(&writer, past->host);
	report_put_text(&writer, address);
	report_put_time(&writer, past->left_wall_ms);
	report_put_text(&writer, past->realname);
	report_writer_end(&writer, list);
}

void report_past_users(const struct world *world, const struct report_call *call, json_t *list)
{
	const struct past_user *past = NULL;

	while ((past = whowas_find_before(
			&world->whowas, (enum casemap) world->casemap, past, call->values[0])))
		put_past_user_row(past, list);
}

/* Metadata */

static const struct metadata *find_metadata(
	const struct world *world, const struct report_call *call)
{
	const struct channel *channel = channel_find(world, call->values[0]);
	const struct user *user = channel ? NULL : user_find(world, call->values[0]);

	if (channel)
		return &channel->metadata;
	return user ? &user_extras(user)->metadata : NULL;
}

bool report_has_target(const struct world *world, const struct report_call *call)
{
	return find_metadata(world, call);
}

void report_metadata(const struct world *world, const struct report_call *call, json_t *list)
{
	const struct metadata *metadata = find_metadata(world, call);

	for (size_t i = 0; metadata && i < metadata->count; i++) {
		struct report_writer writer = report_writer_begin(REPORT_KIND_METADATA);

		report_put_text(&writer, metadata->entries[i].key);
		report_put_text(&writer, metadata->entries[i].value);
		report_writer_end(&writer, list);
	}
}

/* Uploads */

static void put_upload(const struct world *world, const struct listed_upload *listed, json_t *list)
{
	const struct upload_head *head = &listed->head;
	struct report_writer writer = report_writer_begin(REPORT_KIND_UPLOADS);
	CLEANUP(buffer_done) struct buffer url = { 0 };

	buffer_format(&url, "%s/%s.%s", world->settings->uploads.url, listed->file,
		http_served_type(head->type)->extension);
	report_put_text(&writer, url.bytes);
	report_put_text(&writer, head->type);
	report_put_number(&writer, head->length);
	report_put_time(&writer, listed->wall_s * 1000);
	report_put_text(&writer, head->name[0] ? head->name : NULL);
	report_writer_end(&writer, list);
}

void report_uploads_put(const struct world *world, const struct upload_report *report,
	bool is_partial, struct buffer *out)
{
	json_t *list = json_array(), *parameters = json_object();
	char *text;

	for (size_t i = 0; i < report->n_listed; i++)
		put_upload(world, &report->listed[i], list);
	json_object_set_new(parameters, report_row(REPORT_KIND_UPLOADS)->member, list);
	json_object_set_new(parameters, REPORT_PARTIAL, json_boolean(is_partial));
	text = json_dumps(parameters, JSON_COMPACT);
	buffer_put_text(out, text);
	free(text);
	json_decref(parameters);
}
