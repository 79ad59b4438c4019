/* Owns the kinds of listeners, and finding those that cannot be open, or not at the same time. */
#include "config/listen.h"

#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "config/option_rows.h"
#include "config/options.h"

bool listener_is_datagram(const struct listener_settings *listener)
{
	return strcmp(listener->kind, "datagram") == 0;
}

bool listener_is_for_gate(const struct listener_settings *listener)
{
	return listener->is_tls || listener->is_websocket;
}

bool listener_is_proxied(const struct listener_settings *listener)
{
	return listener->n_proxies > 0;
}

bool listeners_have_tls(const struct listener_settings *listeners, size_t n_listeners)
{
	for (size_t i = 0; i < n_listeners; i++)
		if (listeners[i].is_tls)
			return true;
	return false;
}

/* The connections of other proxies are not encrypted. */
static bool has_proxy_on_this_machine(const struct listener_settings *listener)
{
	for (size_t i = 0; i < listener->n_proxies; i++)
		if (address_is_this_machine(&listener->proxies[i]))
			return true;
	return false;
}

/* The gate takes only the address of a proxy's header, see papod(8). */
static bool proxies_have_tls(const struct settings *settings)
{
	for (size_t i = 0; i < settings->n_listeners; i++)
		if (!listener_is_for_gate(&settings->listeners[i]) &&
			has_proxy_on_this_machine(&settings->listeners[i]))
			return true;
	return false;
}

/* Without a list of where clients come in, papod-gate.socket has listeners of its own. Gateways of
 * WEBIRC add nothing: a client is secure only if the gateway itself connects with TLS. */
bool settings_have_tls(const struct settings *settings)
{
	return settings->listens_by_default ||
	       listeners_have_tls(settings->listeners, settings->n_listeners) ||
	       proxies_have_tls(settings);
}

static bool is_family(const char *text, enum address_family family)
{
	struct address address;

	return address_parse_range(text, &address) && address.family == family;
}

/* Does a socket at the first address prevent one at the second, with the same port? */
static bool address_covers(const char *first, const char *second)
{
	if (strcmp(first, "*") == 0)
		return true;
	if (strcmp(first, "0.0.0.0") == 0)
		return is_family(second, ADDRESS_FAMILY_IPV4);
	if (strcmp(first, "::") == 0)
		return is_family(second, ADDRESS_FAMILY_IPV6);
	return false;
}

static bool is_same_address(const char *first, const char *second)
{
	struct address a, b;

	if (!address_parse_range(first, &a) || !address_parse_range(second, &b))
		return strcmp(first, second) == 0; /* "*" */
	return a.family == b.family && memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

static bool is_in_the_way(
	const struct listener_settings *first, const struct listener_settings *second)
{
	if (first->is_spoiled || second->is_spoiled)
		return false;
	if (first->path || second->path)
		return first->path && second->path && strcmp(first->path, second->path) == 0;
	if (listener_is_datagram(first) != listener_is_datagram(second))
		return false;				 /* TCP and UDP */
	if (first->port != second->port || !first->port) /* 0: the kernel picks different ports */
		return false;
	return is_same_address(first->address, second->address) ||
	       address_covers(first->address, second->address) ||
	       address_covers(second->address, first->address);
}

static struct origin origin_of(const struct draft_list *items, size_t index, const char *option)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_LISTEN);

	return draft_list_origins(items, index)[option_find(table, option) - table->options];
}

static struct origin place_origin_of(const struct draft_list *items, size_t index)
{
	const struct listener_settings *listener = draft_list_struct(items, index);

	return origin_of(items, index, listener->path ? "path" : "address");
}

static void describe_listener(const struct listener_settings *listener, struct buffer *out)
{
	if (listener->path)
		buffer_put_text(out, listener->path);
	else if (strcmp(listener->address, "*") == 0)
		buffer_format(out, "port %u of every address", listener->port);
	else
		buffer_format(out, strchr(listener->address, ':') ? "[%s]:%u" : "%s:%u",
			listener->address, listener->port);
}

static void refuse_listener(const struct draft *draft, size_t first, size_t second)
{
	const struct draft_list *items = &draft->lists[OPTION_TABLE_LISTEN];
	struct origin here = place_origin_of(items, second);
	struct buffer text = { 0 };

	origin_format(draft->settings, place_origin_of(items, first), &text);
	buffer_put_text(&text, " listens at ");
	describe_listener(draft_list_struct(items, first), &text);
	buffer_put_text(&text, " already, so this one cannot listen at ");
	describe_listener(draft_list_struct(items, second), &text);
	problems_add(draft->problems, false, origin_file(draft->settings, here), here.line,
		"listen", "%s; leave one of them out, or give it another %s", text.bytes,
		((struct listener_settings *) draft_list_struct(items, second))->path ? "path"
										      : "port");
	buffer_done(&text);
}

/* TLS and WebSocket are for streams of TCP. */
static void check_gate_listener(const struct draft *draft, size_t index)
{
	const struct draft_list *items = &draft->lists[OPTION_TABLE_LISTEN];
	struct listener_settings *listener = draft_list_struct(items, index);
	const char *option = listener->is_tls ? "tls" : "websocket";
	struct origin here = origin_of(items, index, option);
	CLEANUP(buffer_done) struct buffer path = { 0 };

	if (!listener_is_for_gate(listener) || listener->is_spoiled ||
		(!listener->path && !listener_is_datagram(listener)))
		return;
	listener->is_spoiled = true;
	buffer_format(&path, "listen.%s", option);
	problems_add(draft->problems, false, origin_file(draft->settings, here), here.line,
		path.bytes,
		listener->path ? "no Unix socket can have it; give this listener an address "
				 "instead of a path, or leave it out"
			       : "only clients use it, and this listener is for notifications; "
				 "leave it out, or kind = \"datagram\"");
}

void listen_check(const struct draft *draft)
{
	const struct draft_list *items = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < items->count; i++)
		check_gate_listener(draft, i);
	for (size_t second = 1; second < items->count; second++)
		for (size_t first = 0; first < second; first++)
			if (is_in_the_way(draft_list_struct(items, first),
				    draft_list_struct(items, second))) {
				refuse_listener(draft, first, second);
				break;
			}
}

/* What listeners are for, as bits: the index of a row below. */
enum {
	USE_TLS = 1,
	USE_WEBSOCKET = 2,
	USE_DATAGRAMS = 4,
};

static const char *const uses[] = {
	[0] = "clients connect at",
	[USE_TLS] = "clients connect with TLS at",
	[USE_WEBSOCKET] = "web clients connect at",
	[USE_WEBSOCKET | USE_TLS] = "web clients connect with TLS at",
	[USE_DATAGRAMS] = "notifications arrive at",
};

static size_t use_of(const struct listener_settings *listener)
{
	return (listener->is_tls ? USE_TLS : 0u) | (listener->is_websocket ? USE_WEBSOCKET : 0u) |
	       (listener_is_datagram(listener) ? USE_DATAGRAMS : 0u);
}

static void put_listeners_of(const struct settings *settings, size_t use, struct buffer *out)
{
	size_t n_listeners = 0;

	for (size_t i = 0; i < settings->n_listeners; i++) {
		const struct listener_settings *listener = &settings->listeners[i];

		if (use_of(listener) != use)
			continue;
		buffer_put_text(out, n_listeners++ ? ", " : uses[use]);
		buffer_put_text(out, n_listeners == 1 ? " " : "");
		describe_listener(listener, out);
	}
	buffer_put_text(out, n_listeners ? "\n" : "");
}

void listen_describe(const struct settings *settings, struct buffer *out)
{
	for (size_t use = 0; use < ARRAY_LENGTH(uses); use++)
		put_listeners_of(settings, use, out);
}
