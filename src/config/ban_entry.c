/* Owns the meaning of an entry of the list bans. */
#include "config/ban_entry.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

static const char *describe_masks(enum ban_kind kind)
{
	switch (kind) {
	case BAN_KIND_USER:
	case BAN_KIND_MUTE:
	case BAN_KIND_EXEMPT:
		return "user@host, with * and ? as wildcards, such as \"*@*.example.org\" or "
		       "\"*@192.0.2.0/24\"";
	case BAN_KIND_ADDRESS:
		return "an address or a range, such as \"192.0.2.0/24\" or \"2001:db8::/32\"";
	case BAN_KIND_NICK:
	case BAN_KIND_CHANNEL:
		return "a nickname or a channel, with * and ? as wildcards, such as \"*serv\" or "
		       "\"#admin*\"";
	case BAN_KIND_REALNAME:
		return "a real name, with * as wildcard and ? for a space, such as \"*spam?bot*\"";
	}
	return "";
}

static void name_ban(struct ban_settings *ban)
{
	struct buffer name = { 0 };

	buffer_format(&name, "%s %s", ban->kind, ban->mask);
	ban->name = buffer_take(&name);
}

bool ban_entry_complete(struct ban_settings *ban, struct buffer *why)
{
	CLEANUP(mem_freep) char *complete = NULL;

	if (!ban->kind || !ban->mask)
		return true;
	if (!ban_kind_of_command(ban->kind, ban->mask, &ban->ban_kind))
		return true; /* refused already */
	complete = ban_mask_complete(ban->ban_kind, ban->mask);
	if (!complete)
		buffer_format(
			why, "found \"%s\"; expected %s", ban->mask, describe_masks(ban->ban_kind));
	else if (ban_mask_is_too_wide(ban->ban_kind, complete))
		buffer_format(why, "found \"%s\": " BAN_MASK_TOO_WIDE, ban->mask);
	if (why->length)
		return false;
	mem_set_text(&ban->mask, complete);
	name_ban(ban);
	return true;
}
