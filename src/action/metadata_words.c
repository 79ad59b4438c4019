/* Owns the texts of METADATA's refusals. */
#include "action/metadata_words.h"

#include "action/lookup.h"
#include "action/reply.h"
#include "world/caps.h"
#include "world/session.h"

bool metadata_is_3(const struct world *world, const struct session *session)
{
	return session->caps & CAP_METADATA_3 ||
	       (session->caps & CAP_METADATA_2 && world->settings->metadata_as_3);
}

static bool is_3(const struct call *call)
{
	return metadata_is_3(call->world, call->session);
}

void metadata_refuse_target(struct call *call, const char *target)
{
	reply_fail(call, "INVALID_TARGET", "%s :Invalid metadata target", lookup_word(target));
}

void metadata_refuse_subcommand(struct call *call, const char *subcommand)
{
	reply_fail(call, is_3(call) ? "INVALID_PARAMS" : "SUBCOMMAND_INVALID",
		"%s :Unknown subcommand", lookup_word(subcommand));
}

void metadata_refuse_usage(struct call *call, const char *subcommand)
{
	if (is_3(call))
		reply_fail(call, "INVALID_PARAMS", "%s :Not enough parameters", subcommand);
	else
		reply_usage(call);
}

void metadata_refuse_setting(struct call *call, const char *target, const char *key)
{
	reply_fail(
		call, "KEY_NO_PERMISSION", "%s %s :You may not set that", lookup_word(target), key);
}

void metadata_refuse_unset(struct call *call, const char *target, const char *key)
{
	reply_fail(call, "KEY_NOT_SET", "%s %s :The key is not set", target, key);
}

void metadata_refuse_value(struct call *call, const char *key)
{
	if (is_3(call))
		reply_fail(call, "INVALID_VALUE", "%s :The value is too long or not UTF-8", key);
	else
		reply_fail(call, "VALUE_INVALID", ":The value is too long or not UTF-8");
}

void metadata_refuse_text(struct call *call, const char *key, const char *reason)
{
	if (is_3(call))
		reply_fail(call, "INVALID_VALUE", "%s :The value is refused: %s", key, reason);
	else
		reply_fail(call, "VALUE_INVALID", ":The value is refused: %s", reason);
}

void metadata_refuse_count(struct call *call, const char *target)
{
	if (is_3(call))
		reply_fail(call, "LIMIT_REACHED", "SET %s %u :Too many keys are set", target,
			call->world->settings->metadata_keys);
	else
		reply_fail(call, "LIMIT_REACHED", "%s :Too many keys are set", target);
}

void metadata_refuse_subscription(struct call *call, const char *key)
{
	if (is_3(call))
		reply_fail(call, "LIMIT_REACHED", "SUB %s %u :Too many subscriptions", key,
			call->world->settings->metadata_subscriptions);
	else
		reply_fail(call, "TOO_MANY_SUBS", "%s :Too many subscriptions", key);
}

static void say_bad_key(struct call *call, const char *type_of_3, const char *key)
{
	if (is_3(call))
		reply_standard(call, type_of_3, "INVALID_KEY", "%s :Invalid key", lookup_word(key));
	else
		reply_fail(call, "KEY_INVALID", "%s :Invalid key", lookup_word(key));
}

void metadata_skip_key(struct call *call, const char *key)
{
	say_bad_key(call, "WARN", key);
}

void metadata_refuse_key(struct call *call, const char *key)
{
	say_bad_key(call, "FAIL", key);
}

/* Echo the request unchanged, so that the client can repeat it. */
void metadata_refuse_rate(struct call *call, uint32_t seconds)
{
	const char *key = call->n_params > 2 ? call->params[2] : "";
	const char *value = call->n_params > 3 ? call->params[3] : NULL;

	if (is_3(call))
		reply(call, ERR_METADATARATELIMIT, seconds, call->params[0], call->params[1],
			*key ? " " : "", key, value ? " :" : "", value ? value : "");
	else
		reply_fail(call, "RATE_LIMITED", "%s %s %u :Too many changes, try again later",
			call->params[0], *key ? key : "*", seconds);
}

void metadata_sync_later(struct call *call, const char *target, uint32_t seconds)
{
	if (is_3(call))
		reply(call, ERR_METADATASYNCLATER, target, seconds);
	else
		reply(call, RPL_METADATASYNCLATER, target, seconds);
}
