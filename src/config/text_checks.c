/* Owns the checks of texts in the configuration, the names of privileges, and the search for the
 * name that a misspelled one means. */
#include "config/text_checks.h"

#include <string.h>

#include "base/address.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "proto/ban_mask.h"
#include "proto/blocklist.h"
#include "proto/casemap.h"
#include "proto/certfp.h"
#include "proto/filter_words.h"
#include "proto/name_syntax.h"
#include "proto/push_wall.h"

static const struct privilege privileges[] = {
	{ "accounts", "Make invitations to register an account, with INVITATION of NickServ." },
	{ "audit", "See what operators have done, with AUDIT." },
	{ "ban", "Set, remove and list bans of the server, and lock it down; use names that RESV "
		 "reserves." },
	{ "broadcast", "Send a message to everybody, or to all users whose host matches a mask." },
	{ "filter", "Add, remove, list and test filters, with FILTER." },
	{ "force",
		"Act for others, with SAJOIN, SAPART, SAMODE, SANICK and CHGHOST; drop accounts; "
		"drop and transfer registered channels." },
	{ "kill", "Disconnect a client, with KILL." },
	{ "reach", "Write to users and invite them despite their user modes T and g." },
	{ "metadata",
		"Set the metadata of other users, and of channels without being their operator." },
	{ "notices", "Receive server notices, with user mode s." },
	{ "rehash", "Make the server read its configuration again, with REHASH." },
	{ "relay", "Relay messages with RELAYMSG in channels that the operator is in." },
	{ "reports", "See the reports of users and close them, with REPORTS." },
	{ "restart", "Restart the server, with RESTART." },
	{ "stats", "See the usage and the configuration of the server, with STATS." },
	{ "wallops", "Send a message to all users with user mode w, with WALLOPS." },
};

const struct privilege *privilege_row(size_t index)
{
	return index < ARRAY_LENGTH(privileges) ? &privileges[index] : NULL;
}

bool privilege_covers(const char *held, const char *privilege)
{
	return strcmp(held, "*") == 0 || strcmp(held, privilege) == 0;
}

const char *check_privilege(const char *text)
{
	for (size_t i = 0; i < ARRAY_LENGTH(privileges); i++)
		if (privilege_covers(text, privileges[i].name))
			return NULL;
	return "the name of a privilege, such as \"kill\"; papod.conf(5) lists them; or \"*\" for "
	       "all";
}

static bool is_printable(const char *text)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char) *at < ' ' || *at == 0x7f)
			return false;
	return text_is_utf8(text, strlen(text));
}

const char *check_line(const char *text)
{
	return is_printable(text) ? NULL : "one line of UTF-8 without control characters";
}

const char *check_server_name(const char *text)
{
	return host_name_is_valid(text) && strchr(text, '.')
		       ? NULL
		       : "a host name with at least one dot, such as \"irc.example.org\"";
}

const char *check_https(const char *text)
{
	return text_starts_with(text, "https://") && text[8] && !check_word(text)
		       ? NULL
		       : "a URL that begins with https://";
}

static bool has_only(const char *text, const char *special)
{
	for (; *text; text++)
		if (!text_is_letter(*text) && !text_is_digit(*text) && !strchr(special, *text))
			return false;
	return true;
}

/* Passwords must not travel in the clear, except inside of the machine. */
static const char *skip_safe_scheme(const char *url)
{
	static const char *const local[] = { "http://127.0.0.1", "http://[::1]",
		"http://localhost" };

	if (text_starts_with(url, "https://"))
		return url + strlen("https://");
	for (size_t i = 0; i < ARRAY_LENGTH(local); i++)
		if (text_starts_with(url, local[i]) && strchr(":/", url[strlen(local[i])]))
			return url + strlen("http://");
	return NULL;
}

const char *check_upload_url(const char *text)
{
	const char *host = skip_safe_scheme(text), *path = host ? strchr(host, '/') : NULL;

	if (path && path > host && path[1] && path[strlen(path) - 1] != '/' &&
		!strstr(path, "//") && !strstr(path, "/.") && has_only(host, "-._~:/[]"))
		return NULL;
	return "a URL that begins with https:// and ends with a path, such as "
	       "\"https://irc.example.org/upload\"";
}

/* RFC 6838 4.2; an asterisk is any. */
const char *check_media_type(const char *text)
{
	const char *slash = strchr(text, '/');

	for (const char *at = text; *at; at++)
		if (text_lower(*at) != *at)
			slash = NULL;
	return slash && slash > text && slash[1] && !strchr(slash + 1, '/') &&
			       has_only(text, "-._+/*") &&
			       (!strchr(text, '*') || strcmp(strchr(text, '*'), "*/*") == 0 ||
				       strcmp(slash, "/*") == 0)
		       ? NULL
		       : "a type in small letters, such as \"application/pdf\" or \"image/*\"";
}

/* RFC 6454 6.2. The port is left out if it is the scheme's. */
const char *check_origin(const char *text)
{
	const char *host = strstr(text, "://");

	if (strcmp(text, "*") == 0 || strcmp(text, "null") == 0)
		return NULL;
	return host && host > text && host[3] && !strchr(host + 3, '/') && !check_word(text)
		       ? NULL
		       : "a scheme and a host, and no path, such as \"https://chat.example.org\"";
}

/* No address: the issuer would need other challenges. A wildcard would too. */
const char *check_acme_name(const char *text)
{
	const char *last = strrchr(text, '.');

	return dns_name_is_valid(text, strlen(text)) && last && !text_is_digit(last[1])
		       ? NULL
		       : "the name of a host with at least one dot, and no wildcard, such as "
			 "\"irc.example.org\"";
}

/* RFC 3986 2, without quotes and parentheses. */
const char *check_acme_url(const char *text)
{
	return !check_https(text) && has_only(text, "-._~:/?#[]@!$&*+,;=%")
		       ? NULL
		       : "a URL that begins with https://, such as "
			 "\"https://acme-v02.api.letsencrypt.org/directory\"";
}

const char *check_acme_challenge(const char *text)
{
	return strcmp(text, "http-01") == 0 || strcmp(text, "tls-alpn-01") == 0
		       ? NULL
		       : "\"http-01\" or \"tls-alpn-01\"";
}

/* Of the addresses in RFC 5322, those that people have. */
const char *check_mail_address(const char *text)
{
	return mail_address_is_valid(text) ? NULL
					   : "an e-mail address, such as \"root@example.org\"";
}

/* It goes into a file that a shell reads, and from there into JSON, as it is. */
const char *check_acme_contact(const char *text)
{
	return mail_address_is_valid(text) && !strpbrk(text, "#$&'*/=?^{}~")
		       ? NULL
		       : "an e-mail address of letters, digits and .+-_, such as "
			 "\"root@example.org\"";
}

const char *check_nick_protection(const char *text)
{
	return strcmp(text, "off") == 0 || strcmp(text, "owners") == 0 || strcmp(text, "on") == 0
		       ? NULL
		       : "\"off\", \"owners\" or \"on\"";
}

const char *check_wish(const char *text)
{
	return strcmp(text, "off") == 0 || strcmp(text, "opt_in") == 0 ||
			       strcmp(text, "opt_out") == 0 || strcmp(text, "mandatory") == 0
		       ? NULL
		       : "\"off\", \"opt_in\", \"opt_out\" or \"mandatory\"";
}

const char *check_push_contact(const char *text)
{
	bool is_mail = text_starts_with(text, "mailto:") &&
		       mail_address_is_valid(text + strlen("mailto:"));

	return is_mail || !check_https(text) ? NULL
					     : "an address such as \"mailto:root@example.org\" or "
					       "\"https://example.org\"";
}

const char *check_push_allow(const char *text)
{
	struct address range;

	return push_wall_parse(text, &range) ? NULL
					     : "an address or a network, such as \"10.1.2.3\" or "
					       "\"fd00::/8\", with a port "
					       "behind a space unless it is 443";
}

const char *check_email_wish(const char *text)
{
	return strcmp(text, "none") == 0 || strcmp(text, "optional") == 0 ||
			       strcmp(text, "required") == 0
		       ? NULL
		       : "\"none\", \"optional\" or \"required\"";
}

const char *check_casemapping(const char *text)
{
	enum casemap casemap;

	return casemap_find(text, &casemap) ? NULL : "\"ascii\", \"rfc1459\" or \"utf8\"";
}

const char *check_cloak_suffix(const char *text)
{
	return host_name_is_valid(text)
		       ? NULL
		       : "letters, digits, dots and hyphens, as in a host name, such as \"ip\"";
}

const char *check_absolute(const char *text)
{
	return *text == '/' && is_printable(text) ? NULL : "a path that begins with a slash";
}

/* The path can stand in a unit as it is. */
const char *check_unit_path(const char *text)
{
	return check_absolute(text) || strpbrk(text, " \"'%\\")
		       ? "a path that begins with a slash, without spaces, quotes, % and \\"
		       : NULL;
}

const char *check_item_name(const char *text)
{
	for (const char *at = text; *at; at++)
		if (!text_is_letter(*at) && !text_is_digit(*at) && !strchr("._-", *at))
			return "letters, digits, dots, hyphens and underscores";
	return NULL;
}

const char *check_word(const char *text)
{
	return is_printable(text) && !strchr(text, ' ') ? NULL : "a word without spaces";
}

/* The list of tags becomes a token of ISUPPORT. */
const char *check_client_tag(const char *text)
{
	if (!check_word(text) && !strpbrk(text, ",=+\\"))
		return NULL;
	return "\"*\" or the name of a tag without its +, such as \"typing\" or \"-draft/react\"";
}

const char *check_listener_kind(const char *text)
{
	return strcmp(text, "stream") == 0 || strcmp(text, "datagram") == 0
		       ? NULL
		       : "\"stream\" or \"datagram\"";
}

/* The wildcards of a mask are allowed in names of channels too. */
const char *check_channel_mask(const char *text)
{
	return channel_name_is_valid(CASEMAP_UTF8, text, strlen(text))
		       ? NULL
		       : "the name of a channel, with * and ? as wildcards, such as \"#ops*\"";
}

/* With every case mapping; limits.channel_length may allow less. */
const char *check_channel_name(const char *text)
{
	return check_channel_mask(text) ? "the name of a channel, such as \"#help\"" : NULL;
}

const char *check_channel_key(const char *text)
{
	return key_is_valid(text, strlen(text))
		       ? NULL
		       : "a key without spaces, commas, control and invisible characters, and "
			 "without a colon in front";
}

/* It may have colours. */
const char *check_topic(const char *text)
{
	return text_is_utf8(text, strlen(text)) && !strpbrk(text, "\r\n") ? NULL
									  : "one line of UTF-8";
}

/* A nickname may contain letters of all scripts if server.casemapping supports them. */
const char *check_nick(const char *text)
{
	return nick_is_valid(CASEMAP_UTF8, text, NICK_MOST_BYTES) ? NULL
								  : "a nickname, such as \"ci\"";
}

const char *check_account(const char *text)
{
	return nick_is_valid(CASEMAP_UTF8, text, NICK_MOST_BYTES)
		       ? NULL
		       : "the name of an account, such as \"ana\"";
}

const char *check_ban_kind(const char *text)
{
	enum ban_kind kind;

	return ban_kind_of_command(text, "", &kind) ? NULL
						    : "\"kline\", \"dline\", \"resv\", \"xline\", "
						      "\"shun\" or \"eline\"";
}

const char *check_newcomers_denied(const char *text)
{
	return strcmp(text, "create") == 0 || strcmp(text, "message") == 0 ||
			       strcmp(text, "link") == 0 || strcmp(text, "nick") == 0
		       ? NULL
		       : "\"create\", \"message\", \"link\" or \"nick\"";
}

const char *check_lockdown_level(const char *text)
{
	return strcmp(text, "accounts") == 0 || strcmp(text, "known") == 0 ||
			       strcmp(text, "closed") == 0
		       ? NULL
		       : "\"accounts\", \"known\" or \"closed\"";
}

const char *check_zone(const char *text)
{
	return dns_name_is_valid(text, strlen(text)) && strchr(text, '.')
		       ? NULL
		       : "the name of a blocklist in DNS, such as \"dnsbl.example.net\"";
}

const char *check_blocklist_answer(const char *text)
{
	struct blocklist_range range;

	return blocklist_parse_range(text, &range)
		       ? NULL
		       : "an answer such as \"127.0.0.2\", \"127.0.0.4-127.0.0.7\" or "
			 "\"127.0.1.0/24\"";
}

const char *check_blocklist_action(const char *text)
{
	return blocklist_action_of(text) ? NULL : blocklist_action_words;
}

const char *check_filter_name(const char *text)
{
	return filter_name_is_valid(text) ? NULL : "a name of letters, digits, -, _ and .";
}

const char *check_filter_match(const char *text)
{
	return filter_match_of(text) ? NULL : filter_match_words;
}

const char *check_filter_place(const char *text)
{
	return filter_place_of(text) ? NULL : filter_place_words;
}

const char *check_filter_action(const char *text)
{
	return filter_action_of(text) ? NULL : filter_action_words;
}

const char *check_listen_address(const char *text)
{
	struct address address;

	if (strcmp(text, "*") == 0)
		return NULL;
	if (strpbrk(text, ".:") && !strchr(text, '/') && address_parse_range(text, &address))
		return NULL;
	return "an address in digits, without port or brackets, such as \"192.0.2.1\" or "
	       "\"2001:db8::1\", or \"*\" for all addresses; getent ahosts shows the addresses "
	       "of a name";
}

const char *check_certfp(const char *text)
{
	struct certfp certfp;

	return certfp_parse(text, &certfp)
		       ? NULL
		       : "a SHA-256 or SHA-512: 64 or 128 hexadecimal digits, with or without a "
			 "colon between each two; WHOIS shows that of your certificate";
}

const char *check_host_mask(const char *text)
{
	const char *at = strchr(text, '@');

	if (at && at != text && at[1] && !strchr(at + 1, '@') && !check_word(text) &&
		!address_is_broken_network(at + 1))
		return NULL;
	return "user@host, with * and ? as wildcards, such as \"*@*.example.org\" or "
	       "\"*@192.0.2.0/24\"";
}

bool texts_have(char *const *texts, size_t n_texts, const char *text)
{
	for (size_t i = 0; text && i < n_texts; i++)
		if (strcmp(texts[i], text) == 0)
			return true;
	return false;
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	unsigned int distance = text_distance(nearest->to, candidate);
	size_t length = strlen(nearest->to);

	/* At most a third of the letters may be wrong. */
	if (distance > (length + 2) / 3 || (nearest->best && distance >= nearest->distance))
		return;
	nearest->best = candidate;
	nearest->distance = distance;
}
