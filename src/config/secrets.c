/* Owns secrets.ini. inih cuts long lines and names silently and reports only one invalid line, so
 * every line is checked here first. Messages never repeat text of the file, which may be a
 * password. */
#include "config/secrets.h"

#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/text_checks.h"
#include "proto/cloak.h"
#include "proto/name_syntax.h"
#include "proto/totp.h"

#define NAME_BYTES 49	   /* inih cuts names of sections and keys to this */
#define MAX_HASH_BYTES 180 /* the longest of crypt(5) has fewer, and inih reads lines of 198 */
#define ADVICE "run papod --hash-password and insert its output here"

struct secrets {
	struct draft *draft;
	const char *file;
	size_t source;
	const char *rest;
	unsigned int line;	       /* the current line of inih */
	const struct section *section; /* NULL: none yet, or an unknown one */
	size_t index;		       /* of the entry that the section names */
	char **secret;		       /* of the section; NULL: the section is invalid */
	bool is_unknown;	       /* the section is, and so are its keys */
	struct origin *origin;
	char option[NAME_BYTES + 16]; /* the name of the section's secret in messages */
};

static const char *check_cloak_key(const char *key)
{
	if (cloak_key_is_valid(key))
		return NULL;
	return "a key has 32 hexadecimal digits; \"openssl rand -hex 16\" makes one";
}

static const char *check_token(const char *token)
{
	if (*token != '"' && token_is_valid(token))
		return NULL;
	return "a token has 16 to 190 printable ASCII characters without blanks, and does not "
	       "begin with #, {, [ or a quote; \"openssl rand -hex 16\" makes one";
}

static const char *check_totp_secret(const char *text)
{
	struct totp_secret secret;

	if (totp_secret_parse(text, &secret))
		return NULL;
	return "a secret of codes has 26 to 103 letters and digits of base32, A to Z and 2 to 7; "
	       "\"head -c 20 /dev/urandom | base32\" makes one";
}

static const struct section {
	const char *kind;
	enum option_table_id id;
	const char *key, *value;
	const char *(*check)(const char *value);
	size_t offset;	     /* of the secret in struct settings, at the top level */
	size_t place;	     /* index of its origin, after those of the options; 1: the second */
	const char *unknown; /* in force where one was refused: no one has it; NULL: none is */
} sections[] = {
	{
		.kind = "server",
		.id = OPTION_TABLE_TOP,
		.key = "password",
		.value = "HASH",
		.check = secrets_check_hash,
		.unknown = SECRETS_NO_PASSWORD,
		.offset = FIELD_AT(settings, char *, password_hash),
	},
	{
		.kind = "cloak",
		.id = OPTION_TABLE_TOP,
		.key = "key",
		.value = "DIGITS",
		.check = check_cloak_key,
		.offset = FIELD_AT(settings, char *, cloak_key),
		.place = 1,
	},
	{
		.kind = "class",
		.id = OPTION_TABLE_CLASSES,
		.key = "password",
		.value = "HASH",
		.check = secrets_check_hash,
		.unknown = SECRETS_NO_PASSWORD,
	},
	{
		.kind = "operator",
		.id = OPTION_TABLE_OPERATORS,
		.key = "password",
		.value = "HASH",
		.check = secrets_check_hash,
		.unknown = SECRETS_NO_PASSWORD,
	},
	{
		.kind = "operator",
		.id = OPTION_TABLE_OPERATORS,
		.key = "totp",
		.value = "SECRET",
		.check = check_totp_secret,
		.place = 1,
		.unknown = SECRETS_NO_PASSWORD, /* no secret has this form */
	},
	{
		.kind = "gateway",
		.id = OPTION_TABLE_GATEWAYS,
		.key = "password",
		.value = "HASH",
		.check = secrets_check_hash,
		.unknown = SECRETS_NO_PASSWORD,
	},
	{
		.kind = "notification",
		.id = OPTION_TABLE_NOTIFICATIONS,
		.key = "token",
		.value = "TOKEN",
		.check = check_token,
		.unknown = SECRETS_NO_PASSWORD, /* too short to be sent */
	},
	{
		.kind = "api",
		.id = OPTION_TABLE_API_TOKENS,
		.key = "token",
		.value = "TOKEN",
		.check = check_token,
		.unknown = SECRETS_NO_PASSWORD, /* likewise */
	},
};

static const struct hash_kind {
	const char *prefix;
	bool is_weak;
} hash_kinds[] = {
	{ "$y$", false },
	{ "$gy$", false },
	{ "$7$", false },
	{ "$2b$", false },
	{ "$2y$", false },
	{ "$2a$", false },
	{ "$6$", false },
	{ "$5$", false },
	{ "$3$", true },
	{ "$1$", true },
	{ "$2x$", true },
	{ "$md5", true },
	{ "$sha1$", true },
};

static size_t count_dollars(const char *hash)
{
	size_t n = 0;

	for (; *hash; hash++)
		n += *hash == '$';
	return n;
}

/* crypt(5): printable ASCII, and none of these. */
static bool is_crypt_text(const char *hash)
{
	for (; *hash; hash++)
		if (*hash <= ' ' || *hash >= 0x7f || strchr(":;*!\\", *hash))
			return false;
	return true;
}

const char *secrets_check_hash(const char *hash)
{
	size_t length = strlen(hash);

	if (!*hash)
		return "the value is missing; " ADVICE;
	for (size_t i = 0; i < ARRAY_LENGTH(hash_kinds); i++) {
		if (!text_starts_with(hash, hash_kinds[i].prefix))
			continue;
		if (hash_kinds[i].is_weak)
			return "this kind of hash is too weak; " ADVICE;
		if (length < 30 || length > MAX_HASH_BYTES || count_dollars(hash) < 3 ||
			!is_crypt_text(hash))
			return "this hash is damaged or cut off; " ADVICE;
		return NULL;
	}
	return "this is not the hash of a password, such as $y$j9T$...; passwords themselves "
	       "must not stand here: " ADVICE;
}

/* A section with a refused line must not count as one without a secret. */
static void lock_section(const struct secrets *secrets)
{
	if (!secrets->secret || !secrets->section->unknown ||
		secrets->origin->source == secrets->source + 1)
		return;
	mem_set_text(secrets->secret, secrets->section->unknown);
}

static void __attribute__((format(printf, 2, 3)))
refuse_line(struct secrets *secrets, const char *format, ...)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	va_list arguments;

	lock_section(secrets);
	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	problems_add(secrets->draft->problems, false, secrets->file, secrets->line, NULL, "%s",
		buffer_text(&text));
}

/* That of the section's row in its entry of a list. */
static void use_secret_of_item(struct secrets *secrets)
{
	const struct section *section = secrets->section;
	const struct draft_list *items = &secrets->draft->lists[section->id];
	void *item = draft_list_struct(items, secrets->index);

	secrets->secret = section->place ? settings_item_second_secret(section->id, item)
					 : settings_item_secret(section->id, item);
	secrets->origin = draft_list_origins(items, secrets->index) +
			  option_table_get(section->id)->n_options + section->place;
}

/* Select the secret of this entry of a list, or of the server. */
static void choose_secret(struct secrets *secrets, const struct section *section, const char *name)
{
	struct draft *draft = secrets->draft;
	enum option_table_id id = section->id;
	struct draft_list *items = &draft->lists[id];
	size_t n_options = option_table_get(id)->n_options;
	struct nearest nearest = { .to = name ? name : "" };

	if (id == OPTION_TABLE_TOP) {
		secrets->secret = (char **) (void *) ((char *) draft->settings + section->offset);
		secrets->origin = draft->origins + n_options + section->place;
		return;
	}
	secrets->index = draft_list_find(items, name);
	if (secrets->index < items->count) {
		use_secret_of_item(secrets);
		return;
	}
	for (size_t i = 0; i < items->count; i++) {
		const char *other = settings_item_name(id, draft_list_struct(items, i));

		if (other)
			nearest_offer(&nearest, other);
	}
	if (draft->is_incomplete)
		return;
	refuse_line(secrets, "the configuration has no entry named \"%s\" in %s%s%s%s", name,
		option_table_get(id)->name, nearest.best ? "; did you mean " : "",
		nearest.best ? nearest.best : "", nearest.best ? "?" : "");
}

static void enter_section(struct secrets *secrets, char *inside)
{
	char *rest = inside, *kind, *name;
	struct nearest nearest = { 0 };

	text_copy(secrets->option, sizeof(secrets->option), inside);
	kind = text_split(&rest, ' ');
	name = rest ? rest + strspn(rest, " ") : NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++) {
		if (strcmp(kind, sections[i].kind) != 0)
			continue;
		secrets->section = &sections[i];
		secrets->is_unknown = false;
		if ((sections[i].id == OPTION_TABLE_TOP) != !name)
			refuse_line(secrets,
				name ? "this section takes no name: [%s]"
				     : "this section needs a name: [%s NAME]",
				kind);
		else
			choose_secret(secrets, &sections[i], name);
		return;
	}
	nearest.to = kind;
	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++)
		nearest_offer(&nearest, sections[i].kind);
	refuse_line(secrets,
		"there is no such section; allowed are [server], [cloak], [class NAME], "
		"[operator NAME], [gateway NAME], [notification NAME] and [api NAME]%s%s%s",
		nearest.best ? "; did you mean " : "", nearest.best ? nearest.best : "",
		nearest.best ? "?" : "");
}

static bool check_section(struct secrets *secrets, const char *line, size_t length)
{
	const char *end = memchr(line, ']', length);
	CLEANUP(mem_freep) char *inside = NULL;

	secrets->section = NULL;
	secrets->secret = NULL;
	secrets->is_unknown = true;
	secrets->option[0] = '\0';
	if (!end) {
		refuse_line(secrets, "this section has no closing bracket");
		return false;
	}
	if (end - line - 1 > NAME_BYTES) {
		refuse_line(secrets,
			"the name of this section has %zu bytes; at most %d are allowed",
			(size_t) (end - line - 1), NAME_BYTES);
		return false;
	}
	inside = mem_text_n(line + 1, (size_t) (end - line - 1));
	enter_section(secrets, inside);
	return true;
}

static bool is_key_of(const struct section *section, const char *name, size_t length)
{
	return length == strlen(section->key) && memcmp(name, section->key, length) == 0;
}

static void refuse_key(struct secrets *secrets, const struct section *section)
{
	CLEANUP(buffer_done) struct buffer keys = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++)
		if (strcmp(sections[i].kind, section->kind) == 0)
			buffer_format(&keys, "%s%s = %s", keys.length ? " and " : "",
				sections[i].key, sections[i].value);
	refuse_line(secrets, "there is no such key; allowed is %s", keys.bytes);
}

/* A section may have several keys, each with a row. */
static bool choose_key(struct secrets *secrets, const char *name, size_t length)
{
	const struct section *section = secrets->section ? secrets->section : sections;

	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++) {
		if (strcmp(sections[i].kind, section->kind) != 0 ||
			!is_key_of(&sections[i], name, length))
			continue;
		if (&sections[i] != section) {
			secrets->section = &sections[i];
			if (secrets->secret)
				use_secret_of_item(secrets);
		}
		return true;
	}
	refuse_key(secrets, section);
	return false;
}

static bool check_key(struct secrets *secrets, const char *line, size_t length)
{
	const char *sign = memchr(line, '=', length);
	size_t name_length;

	if (!sign) {
		refuse_line(secrets, "expected a section such as [server], or password = HASH");
		return false;
	}
	for (name_length = (size_t) (sign - line); name_length; name_length--)
		if (!strchr(" \t", line[name_length - 1]))
			break;
	return choose_key(secrets, line, name_length);
}

/* May the line be passed to inih? */
static bool check_line_text(struct secrets *secrets, const char *line, size_t length, size_t max)
{
	if (!length || strchr(";#", *line))
		return false;
	if (length > max) {
		refuse_line(
			secrets, "this line has %zu bytes; at most %zu are allowed", length, max);
		return false;
	}
	if (*line == '[')
		return check_section(secrets, line, length);
	return !secrets->is_unknown && check_key(secrets, line, length);
}

/* An ini_reader, like fgets(). Hides invalid lines from inih, and white space that would make a
 * line a continuation. */
static char *next_ini_line(char *line, int size, void *stream)
{
	struct secrets *secrets = stream;
	const char *start = secrets->rest, *end;
	size_t length;

	if (!*start || size < 3)
		return NULL;
	secrets->line++;
	length = strcspn(start, "\n");
	secrets->rest = start + length + (start[length] == '\n');
	end = start + length;
	while (start < end && strchr(" \t\r\v\f", *start))
		start++;
	while (start < end && strchr(" \t\r\v\f", end[-1]))
		end--;
	length = (size_t) (end - start);
	if (!check_line_text(secrets, start, length, (size_t) size - 2))
		length = 0;
	memcpy(line, start, length);
	line[length] = '\n';
	line[length + 1] = '\0';
	return line;
}

static int on_key(void *data, const char *section, const char *name, const char *value)
{
	struct secrets *secrets = data;
	const struct section *of = secrets->section ? secrets->section : sections;
	const char *wrong = of->check(value ? value : "");

	(void) name;
	if (!*section) {
		refuse_line(
			secrets, "this password stands before the first section, such as [server]");
		return 1;
	}
	if (wrong) {
		lock_section(secrets);
		problems_add(secrets->draft->problems, false, secrets->file, secrets->line,
			*secrets->option ? secrets->option : NULL, "%s", wrong);
		return 1;
	}
	if (!secrets->secret)
		return 1; /* the section was refused */
	if (secrets->origin->source == secrets->source + 1) {
		refuse_line(secrets, "this %s is already set in line %u", of->key,
			secrets->origin->line);
		return 1;
	}
	mem_set_secret(secrets->secret, value);
	*secrets->origin = (struct origin){ (uint32_t) secrets->source + 1, secrets->line };
	return 1;
}

void secrets_read(struct draft *draft, size_t source)
{
	const struct source *from = &draft->settings->sources[source];
	struct secrets secrets = { .draft = draft, .file = from->name, .source = source };

	secrets.rest = strncmp(from->text, "\xef\xbb\xbf", 3) ? from->text : from->text + 3;
	if (ini_parse_stream(next_ini_line, &secrets, on_key, &secrets) < 0)
		abort(); /* out of memory */
	mem_wipe_stack();
}
