/* Owns the checks of list entries against each other, secrets.ini and the options that need them,
 * after all files are read. */
#include "config/list_checks.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/draft_problem.h"
#include "config/listen.h"
#include "config/secrets.h"
#include "config/text_checks.h"
#include "proto/gate_message.h"
#include "proto/name_syntax.h"

/* A listener that an entry names. */
struct named_listener {
	const char *name;
	bool must_be_datagram;
};

static void put_no_listener(
	const struct draft *draft, const struct named_listener *named, struct buffer *out)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];
	struct nearest nearest = { .to = named->name };

	for (size_t i = 0; i < listeners->count; i++)
		nearest_offer(&nearest,
			settings_item_name(OPTION_TABLE_LISTEN, draft_list_struct(listeners, i)));
	buffer_format(out,
		"no listener here is named \"%s\"; this is correct only for a socket from systemd "
		"with FileDescriptorName=%s%s%s%s",
		named->name, named->name, nearest.best ? "; did you mean " : "",
		nearest.best ? nearest.best : "", nearest.best ? "?" : "");
}

/* Append what is wrong with it; nothing if it is valid. */
static void check_named_listener(
	const struct draft *draft, const struct named_listener *named, struct buffer *out)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];
	size_t index = draft_list_find(listeners, named->name);

	if (index >= listeners->count)
		put_no_listener(draft, named, out);
	else if (listener_is_datagram(draft_list_struct(listeners, index)) !=
		 named->must_be_datagram)
		buffer_format(out,
			named->must_be_datagram
				? "the listener \"%s\" is for clients; only one with kind = "
				  "\"datagram\" takes notifications"
				: "the listener \"%s\" is for notifications; no client comes "
				  "through it",
			named->name);
}

static void check_class_listeners(const struct draft_item *item, const struct class_settings *class)
{
	for (size_t i = 0; i < class->n_listeners && !item->draft->is_incomplete; i++) {
		const struct named_listener named = { class->listeners[i], false };
		CLEANUP(buffer_done) struct buffer text = { 0 };

		check_named_listener(item->draft, &named, &text);
		if (text.length)
			draft_add_item_problem(item, true, "listeners", buffer_text(&text));
	}
}

/* A class without the option needs a password if it or the server has one. */
static void check_class_password(const struct draft_item *item, struct class_settings *class)
{
	bool has_hash = class->password_hash || item->draft->settings->password_hash;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (!draft_item_origin(item, "needs_password").source)
		class->needs_password = has_hash;
	if (!class->needs_password || has_hash)
		return;
	mem_set_text(&class->password_hash, SECRETS_NO_PASSWORD);
	if (item->draft->is_incomplete)
		return;
	buffer_format(&text,
		"this class needs a password, but secrets.ini has none under [class %s] or "
		"[server]; run papod --hash-password to make one",
		class->name);
	draft_add_item_problem(item, false, "needs_password", buffer_text(&text));
}

static void complete_class_account(const struct draft_item *item, struct class_settings *class)
{
	if (!draft_item_origin(item, "require_account").source)
		class->needs_account = item->draft->settings->accounts.are_required;
}

static void check_default_class(const struct draft *draft, size_t index)
{
	const struct draft_list *classes = &draft->lists[OPTION_TABLE_CLASSES];
	const struct class_settings *class = draft_list_struct(classes, index);
	const struct draft_item item = { draft, OPTION_TABLE_CLASSES, index };

	if (class->n_addresses || class->n_listeners)
		draft_add_problem(draft, false, draft_item_origin(&item, "name"), "classes",
			"the class \"default\" takes everybody; leave out addresses and listeners, "
			"or give it another name");
}

static void check_classes(const struct draft *draft)
{
	const struct draft_list *classes = &draft->lists[OPTION_TABLE_CLASSES];

	for (size_t i = 0; i < classes->count; i++) {
		const struct draft_item item = { draft, OPTION_TABLE_CLASSES, i };
		struct class_settings *class = draft_list_struct(classes, i);

		if (!class->name)
			continue; /* refused already */
		check_class_listeners(&item, class);
		check_class_password(&item, class);
		complete_class_account(&item, class);
	}
	check_default_class(draft, classes->count - 1);
}

/* An operator with a certificate or an account needs no password. */
static bool can_log_in(enum option_table_id id, void *item)
{
	const struct operator_settings *oper = id == OPTION_TABLE_OPERATORS ? item : NULL;

	return *settings_item_secret(id, item) ||
	       (oper && (oper->n_certificates || oper->account || oper->totp));
}

/* Report operators and gateways that can never log in. */
static void check_passwords(const struct draft *draft, enum option_table_id id, const char *section)
{
	const struct draft_list *items = &draft->lists[id];

	for (size_t i = 0; i < items->count; i++) {
		const struct draft_item item = { draft, id, i };
		const char *name = settings_item_name(id, draft_list_struct(items, i));
		CLEANUP(buffer_done) struct buffer text = { 0 };

		if (!name || draft->is_incomplete || can_log_in(id, draft_list_struct(items, i)))
			continue;
		buffer_format(&text,
			"\"%s\" cannot log in: secrets.ini has no password under [%s %s]", name,
			section, name);
		draft_add_problem(draft, true, draft_item_origin(&item, "name"),
			option_table_get(id)->name, buffer_text(&text));
	}
}

/* Report operators that can become one only with OPER. */
static void check_automatic_operators(const struct draft *draft)
{
	const struct draft_list *items = &draft->lists[OPTION_TABLE_OPERATORS];

	for (size_t i = 0; i < items->count && !draft->is_incomplete; i++) {
		const struct draft_item item = { draft, OPTION_TABLE_OPERATORS, i };
		const struct operator_settings *oper = draft_list_struct(items, i);

		if (oper->is_automatic && (oper->password_hash || oper->totp ||
						  (!oper->account && !oper->n_certificates)))
			draft_add_item_problem(&item, true, "auto",
				oper->password_hash || oper->totp
					? "this operator has a password or needs codes, so OPER is "
					  "needed"
					: "this operator has neither an account nor "
					  "certificates, so OPER is needed");
	}
}

/* A notifier, while it is checked. */
struct checked_notifier {
	struct draft_item item;
	struct notifier_settings *settings;
};

static void add_notifier_problem(const struct checked_notifier *checked, bool is_warning,
	const char *option, const char *text)
{
	draft_add_item_problem(&checked->item, is_warning, option, text);
	checked->settings->is_spoiled |= !is_warning;
}

static void check_notifier_nick(const struct checked_notifier *checked)
{
	const struct settings *settings = checked->item.draft->settings;
	struct notifier_settings *notifier = checked->settings;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	enum casemap casemap;

	if (!notifier->nick)
		notifier->nick = mem_text(notifier->name);
	if (!casemap_find(settings->casemapping, &casemap) ||
		nick_is_valid(casemap, notifier->nick, settings->nick_length))
		return;
	buffer_format(&text,
		"\"%s\" cannot be the nickname; give it one, nick = \"...\", of at most %u bytes "
		"(limits.nick_length) and with the letters that server.casemapping = \"%s\" allows",
		notifier->nick, settings->nick_length, settings->casemapping);
	add_notifier_problem(checked, false, "nick", buffer_text(&text));
}

/* In a snapshot of another release, an unknown value may have restricted the senders. */
static void check_notifier_senders(const struct checked_notifier *checked)
{
	struct notifier_settings *notifier = checked->settings;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (notifier->n_addresses || notifier->token)
		return;
	notifier->is_spoiled = true;
	if (checked->item.draft->is_incomplete)
		return;
	buffer_format(&text,
		"no program may use it; give it addresses, such as [ \"127.0.0.0/8\", \"local\" ], "
		"or a token in secrets.ini, under [notification %s]",
		notifier->name);
	add_notifier_problem(checked, false, "addresses", buffer_text(&text));
}

static bool has_datagram_listener(const struct draft *draft)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < listeners->count; i++)
		if (listener_is_datagram(draft_list_struct(listeners, i)))
			return true;
	return false;
}

static void check_notifier_listeners(const struct checked_notifier *checked)
{
	const struct notifier_settings *notifier = checked->settings;

	if (checked->item.draft->is_incomplete)
		return;
	if (!notifier->n_listeners && !has_datagram_listener(checked->item.draft) &&
		!checked->item.draft->settings->web.takes_notifications)
		add_notifier_problem(checked, true, "listeners",
			"no listener here has kind = \"datagram\"; this is correct only for a "
			"socket from systemd with ListenDatagram=");
	for (size_t i = 0; i < notifier->n_listeners; i++) {
		const struct named_listener named = { notifier->listeners[i], true };
		CLEANUP(buffer_done) struct buffer text = { 0 };

		if (strcmp(named.name, GATE_ASKS_LISTENER) != 0)
			check_named_listener(checked->item.draft, &named, &text);
		if (text.length)
			add_notifier_problem(checked, true, "listeners", buffer_text(&text));
	}
}

static void check_notifiers(const struct draft *draft)
{
	const struct draft_list *notifiers = &draft->lists[OPTION_TABLE_NOTIFICATIONS];

	for (size_t i = 0; i < notifiers->count; i++) {
		const struct checked_notifier checked = {
			.item = { draft, OPTION_TABLE_NOTIFICATIONS, i },
			.settings = draft_list_struct(notifiers, i),
		};

		if (checked.settings->is_spoiled)
			continue; /* refused already */
		if (!checked.settings->n_channels)
			add_notifier_problem(&checked, false, "channels",
				"it may speak nowhere; give it channels, such as [ \"#build\" ]");
		check_notifier_nick(&checked);
		check_notifier_senders(&checked);
		check_notifier_listeners(&checked);
	}
}

/* What a program sends comes from a source. */
static void check_api_sources(const struct draft *draft)
{
	const struct draft_list *programs = &draft->lists[OPTION_TABLE_API_TOKENS];
	const struct draft_list *notifiers = &draft->lists[OPTION_TABLE_NOTIFICATIONS];

	for (size_t i = 0; i < programs->count && !draft->is_incomplete; i++) {
		const struct draft_item item = { draft, OPTION_TABLE_API_TOKENS, i };
		struct api_token_settings *program = draft_list_struct(programs, i);
		bool sends = texts_have(program->scopes, program->n_scopes, "send");

		if (sends && !program->source)
			draft_add_item_problem(&item, true, "scopes",
				"it cannot send without a source, which names an entry of "
				"notifications");
		if (!program->source ||
			draft_list_find(notifiers, program->source) < notifiers->count)
			continue;
		program->is_spoiled = true;
		draft_add_item_problem(
			&item, false, "source", "the list notifications has no entry of this name");
	}
}

/* A program without a token can do nothing. */
static void check_api_tokens(const struct draft *draft)
{
	const struct draft_list *programs = &draft->lists[OPTION_TABLE_API_TOKENS];

	for (size_t i = 0; i < programs->count && !draft->is_incomplete; i++) {
		const struct draft_item item = { draft, OPTION_TABLE_API_TOKENS, i };
		const struct api_token_settings *program = draft_list_struct(programs, i);

		CLEANUP(buffer_done) struct buffer text = { 0 };

		if (!program->name || program->token)
			continue;
		buffer_format(&text,
			"it can do nothing without a token in secrets.ini, under [api %s]; "
			"\"openssl rand -hex 16\" makes one",
			program->name);
		draft_add_item_problem(&item, true, "name", buffer_text(&text));
	}
	check_api_sources(draft);
}

static bool has_notifier(const struct draft *draft, const char *listener)
{
	const struct draft_list *notifiers = &draft->lists[OPTION_TABLE_NOTIFICATIONS];

	for (size_t i = 0; i < notifiers->count; i++) {
		const struct notifier_settings *notifier = draft_list_struct(notifiers, i);

		if (!notifier->n_listeners ||
			texts_have(notifier->listeners, notifier->n_listeners, listener))
			return true;
	}
	return false;
}

static void check_datagram_listeners(const struct draft *draft)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < listeners->count && !draft->is_incomplete; i++) {
		const struct draft_item item = { draft, OPTION_TABLE_LISTEN, i };
		const struct listener_settings *listener = draft_list_struct(listeners, i);
		CLEANUP(buffer_done) struct buffer text = { 0 };

		if (!listener_is_datagram(listener) || has_notifier(draft, listener->name))
			continue;
		buffer_format(&text,
			"no program may send there; give \"%s\" an entry in notifications",
			listener->name);
		draft_add_item_problem(&item, true, "kind", buffer_text(&text));
	}
}

/* Web clients do not know sts. */
static bool takes_sts_clients(const struct listener_settings *listener, uint32_t port)
{
	return listener->is_tls && !listener->is_websocket && (!port || listener->port == port);
}

/* With any port if it is 0. */
static bool has_sts_port(const struct draft *draft, uint32_t port)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < listeners->count; i++)
		if (takes_sts_clients(draft_list_struct(listeners, i), port))
			return true;
	return false;
}

/* A wrong policy locks its clients out. */
static void check_sts(const struct draft *draft)
{
	struct origin origin = draft_top_origin(draft, "sts.port");
	struct settings *settings = draft->settings;

	if (!settings->sts_port || draft->is_incomplete || settings->listens_by_default)
		return;
	if (!has_sts_port(draft, 0)) {
		settings->sts_port = 0;
		draft_add_problem(draft, false, origin, "sts.port",
			"no listener has tls = true, so no client could connect any more");
	} else if (!has_sts_port(draft, settings->sts_port)) {
		draft_add_problem(draft, true, origin, "sts.port",
			"no listener with tls = true has this port; this is correct only if "
			"connections to it are forwarded to one");
	}
}

static void check_sts_listeners(const struct draft *draft)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < listeners->count && !draft->is_incomplete; i++) {
		const struct draft_item item = { draft, OPTION_TABLE_LISTEN, i };
		struct listener_settings *listener = draft_list_struct(listeners, i);
		bool is_fitting = !listener_is_for_gate(listener) &&
				  !listener_is_datagram(listener) && !listener->path;

		if (!listener->is_sts_only || (is_fitting && draft->settings->sts_port))
			continue;
		listener->is_spoiled = true;
		draft_add_item_problem(&item, false, "sts_only",
			is_fitting ? "clients there could do nothing, as sts.port is not set"
				   : "it is for clients that connect by TCP without TLS");
	}
}

static void check_proxied_listeners(const struct draft *draft)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < listeners->count && !draft->is_incomplete; i++) {
		const struct draft_item item = { draft, OPTION_TABLE_LISTEN, i };
		struct listener_settings *listener = draft_list_struct(listeners, i);

		if (!listener_is_proxied(listener) || !listener_is_datagram(listener))
			continue;
		listener->is_spoiled = true;
		draft_add_item_problem(&item, false, "proxy_protocol",
			"only clients come through proxies, and this listener is for "
			"notifications; leave it out, or kind = \"datagram\"");
	}
}

void list_checks_run(const struct draft *draft)
{
	check_classes(draft);
	check_passwords(draft, OPTION_TABLE_OPERATORS, "operator");
	check_passwords(draft, OPTION_TABLE_GATEWAYS, "gateway");
	check_automatic_operators(draft);
	check_notifiers(draft);
	check_api_tokens(draft);
	check_datagram_listeners(draft);
	check_sts(draft);
	check_sts_listeners(draft);
	check_proxied_listeners(draft);
}
