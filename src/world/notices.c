/* Owns the table of notices to operators. */
#include "world/notices.h"

#include "base/cleanup.h"

static const struct notice_row rows[] = {
	{ 'c', NOTICE_KIND_CONNECT, false, "Users who connect and disconnect." },
	{ 'f', NOTICE_KIND_FLOOD, true, "Clients that send too much and are slowed down." },
	{ 'g', NOTICE_KIND_FILTER, true, "Filters: what they match, and changes of them." },
	{ 'k', NOTICE_KIND_KILL, true, "Uses of KILL." },
	{ 'l', NOTICE_KIND_LISTED, true, "Clients that are in a DNS blocklist." },
	{ 'm', NOTICE_KIND_REPORT, true, "Messages of users to operators: REPORT." },
	{ 'n', NOTICE_KIND_NICK, false, "Nickname changes." },
	{ 'o', NOTICE_KIND_OPERATOR, true,
		"Operators: logins, failed logins, and what they do in the name of others." },
	{ 'r', NOTICE_KIND_REFUSED, false, "Clients that are refused." },
	{ 's', NOTICE_KIND_SERVER, true,
		"The server itself: reloads, restarts, and a database that cannot be "
		"written." },
	{ 'x', NOTICE_KIND_BAN, true, "Bans of the server that are set, are removed or expire." },
};

const struct notice_row *notices_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(rows);
	return rows;
}

uint32_t notices_default(void)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].is_default)
			kinds |= rows[i].kind;
	return kinds;
}

static const struct notice_row *find_notice(char letter)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

uint32_t notices_kinds(void)
{
	uint32_t kinds = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		kinds |= rows[i].kind;
	return kinds;
}

bool notices_change(uint32_t *kinds, const char *text)
{
	bool is_set = true, is_known = true;

	for (; *text; text++) {
		const struct notice_row *row = find_notice(*text);

		if (*text == '+' || *text == '-')
			is_set = *text == '+';
		else if (!row)
			is_known = false;
		else
			*kinds = is_set ? *kinds | row->kind : *kinds & ~row->kind;
	}
	return is_known;
}

void notices_format(uint32_t kinds, struct buffer *out)
{
	buffer_put_byte(out, '+');
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (kinds & rows[i].kind)
			buffer_put_byte(out, rows[i].letter);
}
