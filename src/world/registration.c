/* Owns what a client has sent before it became a user. */
#include "world/registration.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/devices.h"
#include "world/snapshot_ids.h"
#include "world/world.h"

#define METADATA_RECORD 100
#define CLAIMED_TLS_RECORD 101

static const struct field registration_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(registration, char *, nick) },
	{ 2, FIELD_TEXT, FIELD_AT(registration, char *, user) },
	{ 3, FIELD_TEXT, FIELD_AT(registration, char *, realname) },
	{ SNAPSHOT_REGISTRATION_PASSWORD, FIELD_TEXT, FIELD_AT(registration, char *, password) },
	{ 5, FIELD_TEXT, FIELD_AT(registration, char *, host) },
	{ 6, FIELD_BOOL, FIELD_AT(registration, bool, is_negotiating) },
	{ 7, FIELD_BOOL, FIELD_AT(registration, bool, is_let_in) },
	{ 8, FIELD_BOOL, FIELD_AT(registration, bool, is_name_known) },
	{ 70, FIELD_TEXT, FIELD_AT(registration, char *, away) },
	{ 71, FIELD_TEXT, FIELD_AT(registration, char *, claimed_host) },
	{ 72, FIELD_ADDRESS, FIELD_AT(registration, struct address, claimed_address) },
	{ 74, FIELD_U64, FIELD_AT(registration, uint64_t, name_request) },
	{ 73, FIELD_TEXT, FIELD_AT(registration, char *, account) },
	{ 75, FIELD_U64, FIELD_AT(registration, uint64_t, account_id) },
	{ 76, FIELD_TEXT, FIELD_AT(registration, char *, device) },
	{ 77, FIELD_U64, FIELD_AT(registration, uint64_t, listing_request) },
	{ 78, FIELD_U8, FIELD_AT(registration, uint8_t, listing_action) },
	{ 79, FIELD_TEXT, FIELD_AT(registration, char *, listed) },
	{ 80, FIELD_TEXT, FIELD_AT(registration, char *, listing_reason) },
};

void registration_claim(struct registration *registration, const char *host,
	const struct address *address, const struct tls_facts *tls)
{
	mem_set_text(&registration->claimed_host, host);
	registration->claimed_address = *address;
	free(registration->claimed_tls);
	registration->claimed_tls = tls ? mem_copy(tls, sizeof(*tls)) : NULL;
}

uint64_t registration_await_name(struct world *world, struct registration *registration)
{
	registration->name_request = ++world->next_request;
	return registration->name_request;
}

void registration_learn_name(struct registration *registration)
{
	registration->is_name_known = true;
	registration->name_request = 0;
}

uint64_t registration_await_listing(struct world *world, struct registration *registration)
{
	registration->listing_request = ++world->next_request;
	return registration->listing_request;
}

void registration_take_listing(struct registration *registration, struct listing *listing)
{
	registration->listing_request = 0;
	registration->listing_action = (uint8_t) listing->action;
	free(registration->listed);
	registration->listed = TAKE(listing->where);
	free(registration->listing_reason);
	registration->listing_reason = TAKE(listing->reason);
}

void registration_set_account(struct registration *registration, const char *account, uint64_t id)
{
	mem_set_text(&registration->account, account);
	registration->account_id = account ? id : 0;
}

void registration_set_device(struct registration *registration, const char *device)
{
	if (!registration->device && device_name_is_valid(device))
		registration->device = mem_text(device);
}

struct metadata registration_take_metadata(struct registration *registration)
{
	struct metadata metadata = registration->metadata;

	registration->metadata = (struct metadata){ 0 };
	return metadata;
}

void registration_free(struct registration *registration)
{
	if (!registration)
		return;
	free(registration->nick);
	free(registration->user);
	free(registration->realname);
	mem_free_secret(registration->password);
	free(registration->host);
	free(registration->device);
	free(registration->listed);
	free(registration->listing_reason);
	metadata_done(&registration->metadata);
	free(registration->away);
	free(registration->account);
	free(registration->claimed_host);
	free(registration->claimed_tls);
	free(registration);
}

void registration_save(struct buffer *out, uint16_t id, const struct registration *registration)
{
	size_t record = pack_begin(out, id);

	fields_save(out, registration_fields, ARRAY_LENGTH(registration_fields), registration);
	metadata_save(out, METADATA_RECORD, &registration->metadata);
	if (registration->claimed_tls)
		tls_facts_save_record(out, CLAIMED_TLS_RECORD, registration->claimed_tls);
	pack_end(out, record);
}

static void load_claimed_tls(struct registration *registration, struct pack record)
{
	struct tls_facts facts;

	free(TAKE(registration->claimed_tls));
	if (tls_facts_load(record, &facts))
		registration->claimed_tls = mem_copy(&facts, sizeof(facts));
}

struct registration *registration_load(struct pack record)
{
	struct registration *registration = mem_new(sizeof(*registration));
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == METADATA_RECORD)
			metadata_load(&registration->metadata, pack_field_record(&field));
		else if (field.id == CLAIMED_TLS_RECORD)
			load_claimed_tls(registration, pack_field_record(&field));
		else
			fields_load(registration_fields, ARRAY_LENGTH(registration_fields),
				registration, &field);
	return registration;
}
