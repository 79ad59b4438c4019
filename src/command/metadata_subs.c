/* Owns subscriptions. IRCv3 metadata, "METADATA SUB" and the like. */
#include "command/metadata_subs.h"

#include "action/lookup.h"
#include "action/metadata_sync.h"
#include "action/metadata_words.h"
#include "action/reply.h"
#include "world/session.h"

#define FIRST_KEY 2	 /* its index in the parameters */
#define KEYS_PER_LINE 12 /* a line holds 15 parameters */

static void put_keys(struct reply_words *words, const struct metadata *keys)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (i && i % KEYS_PER_LINE == 0)
			reply_words_send(words);
		reply_words_put(words, keys->entries[i].key);
	}
	reply_words_end(words);
}

/* False: the rest of the keys is ignored. */
static bool subscribe_to(
	struct call *call, const char *key, struct metadata *done, struct metadata *added)
{
	struct metadata *subscriptions = &session_need_extras(call->session)->subscriptions;

	if (subscriptions->count >= call->world->settings->metadata_subscriptions) {
		metadata_refuse_subscription(call, lookup_word(key));
		return false;
	}
	if (!metadata_key_is_valid(key)) {
		metadata_skip_key(call, key);
		return true;
	}
	if (metadata_set(subscriptions, key, ""))
		metadata_set(added, key, "");
	metadata_set(done, key, "");
	return true;
}

void metadata_subscribe(struct call *call)
{
	struct metadata done = { 0 }, added = { 0 };
	struct reply_words words;

	for (int i = FIRST_KEY; i < call->n_params; i++)
		if (!subscribe_to(call, call->params[i], &done, &added))
			break;
	reply_words_begin(&words, call, RPL_METADATASUBOK, "");
	put_keys(&words, &done);
	if (added.count && call->user)
		metadata_sync_subscribed(call, &added);
	metadata_done(&done);
	metadata_done(&added);
}

void metadata_unsubscribe(struct call *call)
{
	struct metadata done = { 0 };
	struct reply_words words;

	for (int i = FIRST_KEY; i < call->n_params; i++) {
		const char *key = call->params[i];

		if (!metadata_key_is_valid(key)) {
			metadata_skip_key(call, key);
			continue;
		}
		metadata_set(&session_need_extras(call->session)->subscriptions, key, NULL);
		metadata_set(&done, key, "");
	}
	reply_words_begin(&words, call, RPL_METADATAUNSUBOK, "");
	put_keys(&words, &done);
	metadata_done(&done);
}

void metadata_list_subscriptions(struct call *call)
{
	struct reply_words words;

	reply_batch_begin(call, "metadata-subs");
	reply_words_begin(&words, call, RPL_METADATASUBS, "");
	put_keys(&words, &session_extras(call->session)->subscriptions);
	reply_batch_end(call);
}
