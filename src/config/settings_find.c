/* Owns what is looked up in settings. */
#include <string.h>

#include "base/text.h"
#include "config/settings.h"
#include "config/text_checks.h"

static bool is_in_any(const struct address *address, const struct address *ranges, size_t n_ranges)
{
	for (size_t i = 0; i < n_ranges; i++)
		if (address_is_in(address, &ranges[i]))
			return true;
	return false;
}

static bool class_fits(
	const struct class_settings *class, const struct address *address, const char *listener)
{
	bool fits = !class->n_addresses || is_in_any(address, class->addresses, class->n_addresses);

	return fits &&
	       (!class->n_listeners || texts_have(class->listeners, class->n_listeners, listener));
}

const struct class_settings *settings_class_of(
	const struct settings *settings, const struct address *address, const char *listener)
{
	size_t i = 0;

	while (i + 1 < settings->n_classes && !class_fits(&settings->classes[i], address, listener))
		i++;
	return &settings->classes[i];
}

const struct listener_settings *settings_find_listener(
	const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->n_listeners; i++)
		if (strcmp(settings->listeners[i].name, name) == 0)
			return &settings->listeners[i];
	return NULL;
}

bool token_service_admits(
	const struct token_service_settings *service, const struct address *address)
{
	return is_in_any(address, service->validators, service->n_validators);
}

bool settings_need_account(const struct settings *settings, const struct class_settings *class,
	const struct address *address, const char *listener)
{
	const struct listener_settings *place = settings_find_listener(settings, listener);

	return (class->needs_account || (place && place->needs_account)) &&
	       !is_in_any(address, settings->accounts.exempt_addresses,
		       settings->accounts.n_exempt_addresses);
}

bool settings_always_need_account(const struct settings *settings)
{
	for (size_t i = 0; i < settings->n_classes; i++)
		if (!settings->classes[i].needs_account)
			return false;
	return true;
}

bool listener_trusts_proxy(const struct listener_settings *listener, const struct address *address)
{
	return is_in_any(address, listener->proxies, listener->n_proxies);
}

const struct operator_settings *settings_find_operator(
	const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->n_operators; i++)
		if (strcmp(settings->operators[i].name, name) == 0)
			return &settings->operators[i];
	return NULL;
}

bool settings_have_operator_account(
	const struct settings *settings, enum casemap casemap, const char *account)
{
	for (size_t i = 0; i < settings->n_operators; i++) {
		const char *own = settings->operators[i].account;

		if (own && casemap_equals(casemap, own, account))
			return true;
	}
	return false;
}

const struct notifier_settings *settings_find_notifier(
	const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->n_notifiers; i++)
		if (strcmp(settings->notifiers[i].name, name) == 0)
			return &settings->notifiers[i];
	return NULL;
}

static bool is_same_token(const char *token, const char *given)
{
	return token && given ? text_is_secret(token, given) : token == given;
}

static bool notifier_fits(const struct notifier_settings *notifier, const struct datagram *datagram,
	const char *token)
{
	return is_same_token(notifier->token, token) &&
	       (!notifier->n_listeners || texts_have(notifier->listeners, notifier->n_listeners,
						  datagram->listener)) &&
	       (!notifier->n_addresses ||
		       is_in_any(&datagram->address, notifier->addresses, notifier->n_addresses));
}

const struct notifier_settings *settings_next_notifier(const struct settings *settings,
	const struct notifier_settings *previous, const struct datagram *datagram,
	const char *token)
{
	size_t i = previous ? (size_t) (previous - settings->notifiers) + 1 : 0;

	while (i < settings->n_notifiers &&
		!notifier_fits(&settings->notifiers[i], datagram, token))
		i++;
	return i < settings->n_notifiers ? &settings->notifiers[i] : NULL;
}

const struct gateway_settings *settings_find_gateway(
	const struct settings *settings, const struct address *address)
{
	for (size_t i = 0; i < settings->n_gateways; i++)
		if (is_in_any(address, settings->gateways[i].addresses,
			    settings->gateways[i].n_addresses))
			return &settings->gateways[i];
	return NULL;
}

static bool is_name(const char *name, const char *other, size_t length)
{
	return strlen(name) == length && memcmp(name, other, length) == 0;
}

bool settings_denies(char *const *denied, size_t n_denied, const char *name, size_t length)
{
	bool is_denied = false;

	for (size_t i = 0; i < n_denied; i++) {
		bool is_exception = *denied[i] == '-';

		if (strcmp(denied[i], "*") == 0 || is_name(denied[i] + is_exception, name, length))
			is_denied = !is_exception;
	}
	return is_denied;
}

static bool exempts_same(const struct settings *a, const struct settings *b)
{
	if (a->n_exempt_addresses != b->n_exempt_addresses ||
		a->n_exempt_users != b->n_exempt_users)
		return false;
	for (size_t i = 0; i < a->n_exempt_users; i++)
		if (strcmp(a->exempt_users[i], b->exempt_users[i]) != 0)
			return false;
	for (size_t i = 0; i < a->n_exempt_addresses; i++)
		if (memcmp(&a->exempt_addresses[i], &b->exempt_addresses[i],
			    sizeof(struct address)) != 0)
			return false;
	return true;
}

bool settings_exempt_differ(const struct settings *a, const struct settings *b)
{
	static const struct settings none = { .refs = 0 };

	return !exempts_same(a ? a : &none, b ? b : &none);
}

bool settings_operator_has(const struct operator_settings *oper, const char *privilege)
{
	for (size_t i = 0; i < oper->n_privileges; i++)
		if (privilege_covers(oper->privileges[i], privilege))
			return true;
	return false;
}

bool settings_need_email(const struct settings *settings)
{
	return strcmp(settings->accounts.email, "required") == 0;
}

bool settings_refuse_email(const struct settings *settings)
{
	return strcmp(settings->accounts.email, "none") == 0;
}
