/* Owns the kinds of listeners, and finding those that cannot be open at the same time. */
#include "config/listen.h"

#include <string.h>

#include "base/address.h"
#include "config/option_rows.h"
#include "config/options.h"

bool listener_is_datagram(const struct listener_settings *listener)
{
	return strcmp(listener->kind, "datagram") == 0;
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

static struct origin origin_of(const struct draft_list *items, size_t index)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_LISTEN);
	const struct listener_settings *listener = draft_list_struct(items, index);
	const struct option *option = option_find(table, listener->path ? "path" : "address");

	return draft_list_origins(items, index)[option - table->options];
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
	struct origin here = origin_of(items, second);
	struct buffer text = { 0 };

	origin_format(draft->settings, origin_of(items, first), &text);
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

void listen_check(const struct draft *draft)
{
	const struct draft_list *items = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t second = 1; second < items->count; second++)
		for (size_t first = 0; first < second; first++)
			if (is_in_the_way(draft_list_struct(items, first),
				    draft_list_struct(items, second))) {
				refuse_listener(draft, first, second);
				break;
			}
}
