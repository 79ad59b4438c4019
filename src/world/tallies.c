/* Owns the buckets by name. */
#include "world/tallies.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"

struct tally {
	struct list in_all;
	char *key;
	uint64_t full_ms;
};

/* In the order of their shares. */
static const char purposes[TALLY_PURPOSES] = { TALLY_LOGIN, TALLY_REGISTRATION, TALLY_MAIL,
	TALLY_OPER, TALLY_ADDRESS, TALLY_ACCOUNT, TALLY_STRANGE, TALLY_KNOWN, TALLY_CODE };

static const struct field tally_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(tally, char *, key) },
	{ 2, FIELD_U64, FIELD_AT(tally, uint64_t, full_ms) },
};

static const char *key_of_tally(const void *item)
{
	return ((const struct tally *) item)->key;
}

void tallies_init(struct tallies *tallies, uint64_t seed_low, uint64_t seed_high)
{
	for (size_t i = 0; i < TALLY_PURPOSES; i++) {
		list_init(&tallies->shares[i].all);
		tallies->shares[i].count = 0;
	}
	map_init(&tallies->by_key, key_of_tally, seed_low, seed_high);
}

static void tally_free(struct tally *tally)
{
	list_remove(&tally->in_all);
	free(tally->key);
	free(tally);
}

void tallies_done(struct tallies *tallies)
{
	for (size_t i = 0; i < TALLY_PURPOSES; i++)
		while (!list_is_empty(&tallies->shares[i].all))
			tally_free(LIST_FIRST(&tallies->shares[i].all, struct tally, in_all));
	map_done(&tallies->by_key);
}

void tally_key(
	char key[TALLY_KEY_BYTES], char purpose, const struct address *address, const char *name)
{
	struct address network = *address;
	char text[ADDRESS_TEXT_BYTES];

	if (network.family == ADDRESS_FAMILY_IPV6)
		network = address_network(address, 64);
	address_format(&network, text);
	snprintf(key, TALLY_KEY_BYTES, "%c%s %s", purpose, text, name ? name : "");
}

/* No address begins with a sign of equality. */
void tally_key_of_name(char key[TALLY_KEY_BYTES], char purpose, const char *name)
{
	snprintf(key, TALLY_KEY_BYTES, "%c=%s", purpose, name);
}

static uint64_t unit_of(struct rate rate)
{
	return rate.count ? (uint64_t) rate.seconds * 1000 / rate.count : 0;
}

bool tally_can_take(
	const struct tallies *tallies, const char *key, uint64_t now_ms, struct rate rate)
{
	const struct tally *tally = map_find(&tallies->by_key, key);

	return !rate.count || !rate.seconds || !tally ||
	       bucket_can_take(tally->full_ms, now_ms, unit_of(rate), rate.count - 1);
}

uint64_t tally_full_in_ms(const struct tallies *tallies, const char *key, uint64_t now_ms)
{
	const struct tally *tally = map_find(&tallies->by_key, key);

	return tally && tally->full_ms > now_ms ? tally->full_ms - now_ms : 0;
}

/* NULL: a purpose of a later release. */
static struct tally_share *share_of_key(struct tallies *tallies, const char *key)
{
	const char *purpose = memchr(purposes, key[0], sizeof(purposes));

	return purpose ? &tallies->shares[purpose - purposes] : NULL;
}

/* From the oldest on, and always one of too many. */
static void forget_full(struct tallies *tallies, struct tally_share *share, uint64_t now_ms)
{
	while (!list_is_empty(&share->all)) {
		struct tally *oldest = LIST_FIRST(&share->all, struct tally, in_all);

		if (oldest->full_ms > now_ms && share->count < TALLIES)
			return;
		map_remove(&tallies->by_key, oldest);
		tally_free(oldest);
		share->count--;
	}
}

static struct tally *add_tally(struct tallies *tallies, struct tally_share *share, char *key)
{
	struct tally *tally = mem_new(sizeof(*tally));

	tally->key = key;
	list_add_last(&share->all, &tally->in_all);
	share->count++;
	map_add(&tallies->by_key, tally);
	return tally;
}

void tally_take(struct tallies *tallies, const char *key, uint64_t now_ms, struct rate rate)
{
	struct tally_share *share = share_of_key(tallies, key);
	struct tally *tally = map_find(&tallies->by_key, key);

	assert(share);
	if (!rate.count || !rate.seconds)
		return;
	if (!tally) {
		forget_full(tallies, share, now_ms);
		tally = add_tally(tallies, share, mem_text(key));
	}
	list_remove(&tally->in_all);
	list_add_last(&share->all, &tally->in_all);
	tally->full_ms = bucket_take(tally->full_ms, now_ms, unit_of(rate));
}

static void save_share(struct buffer *out, uint16_t id, const struct tally_share *share)
{
	const struct tally *tally;

	LIST_EACH (tally, &share->all, in_all) {
		size_t record = pack_begin(out, id);

		fields_save(out, tally_fields, ARRAY_LENGTH(tally_fields), tally);
		pack_end(out, record);
	}
}

void tallies_save(struct buffer *out, uint16_t id, const struct tallies *tallies)
{
	for (size_t i = 0; i < TALLY_PURPOSES; i++)
		save_share(out, id, &tallies->shares[i]);
}

void tally_load(struct tallies *tallies, struct pack record)
{
	struct tally loaded = { 0 };
	struct tally_share *share;
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(tally_fields, ARRAY_LENGTH(tally_fields), &loaded, &field);
	share = loaded.key ? share_of_key(tallies, loaded.key) : NULL;
	if (share && share->count < TALLIES && !map_find(&tallies->by_key, loaded.key))
		add_tally(tallies, share, TAKE(loaded.key))->full_ms = loaded.full_ms;
	free(loaded.key);
}
