/* Owns struct settings: parsing, saving and loading it. options.c defines the options. */
#include "config/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/acme.h"
#include "config/certificates.h"
#include "config/channel_checks.h"
#include "config/draft.h"
#include "config/list_checks.h"
#include "config/listen.h"
#include "config/reader.h"
#include "config/secrets.h"
#include "config/text_checks.h"
#include "config/token_mask.h"
#include "config/value.h"
#include "config/web_checks.h"
#include "proto/mail_template.h"

#define DEFAULT_CLASS "default"
#define MAX_SOURCES 1000
#define KIB 1024

size_t settings_source_limit(enum source_kind kind)
{
	switch (kind) {
	case SOURCE_KIND_CONFIG:
	case SOURCE_KIND_SECRETS:
		return 1024 * KIB;
	case SOURCE_KIND_MOTD:
	case SOURCE_KIND_RULES:
	case SOURCE_KIND_MAIL_VERIFY:
	case SOURCE_KIND_MAIL_RESET:
		break;
	}
	return 64 * KIB;
}

static const char *draft_file(const struct draft *draft, size_t source)
{
	return draft->settings->sources[source].name;
}

static void copy_sources(struct settings *settings, const struct source *sources, size_t n)
{
	settings->sources = mem_new(n * sizeof(*sources));
	settings->n_sources = n;
	for (size_t i = 0; i < n; i++)
		settings->sources[i] = (struct source){
			.kind = sources[i].kind,
			.name = mem_text(sources[i].name),
			.text = mem_text(sources[i].text),
		};
}

/* A text for clients is UTF-8 without control characters that could forge a reply. */
static void take_text(struct draft *draft, size_t source, char **ret_text)
{
	const struct source *from = &draft->settings->sources[source];

	if (!text_is_utf8(from->text, strlen(from->text)))
		problems_add(draft->problems, true, from->name, 0, NULL,
			"this file is not UTF-8, so clients will show some letters wrong");
	mem_set_text(ret_text, from->text);
}

static void take_template(struct draft *draft, size_t source, char **ret_text)
{
	const struct source *from = &draft->settings->sources[source];
	const char *problem = mail_template_check(from->text);

	if (problem)
		problems_add(draft->problems, false, from->name, 0, NULL,
			"this is no text of a mail: %s", problem);
	else
		mem_set_text(ret_text, from->text);
}

static void read_source(struct draft *draft, size_t source, enum source_kind kind)
{
	struct settings *settings = draft->settings;
	size_t length = strlen(settings->sources[source].text);

	if (settings->sources[source].kind != kind)
		return;
	if (length > settings_source_limit(kind)) {
		problems_add(draft->problems, false, draft_file(draft, source), 0, NULL,
			"this file is too large; at most %zu bytes are allowed",
			settings_source_limit(kind));
		return;
	}
	switch (kind) {
	case SOURCE_KIND_CONFIG:
		reader_read(draft, source);
		return;
	case SOURCE_KIND_SECRETS:
		secrets_read(draft, source);
		return;
	case SOURCE_KIND_MOTD:
		take_text(draft, source, &settings->motd);
		return;
	case SOURCE_KIND_RULES:
		take_text(draft, source, &settings->rules);
		return;
	case SOURCE_KIND_MAIL_VERIFY:
		take_template(draft, source, &settings->mail.verify);
		return;
	case SOURCE_KIND_MAIL_RESET:
		take_template(draft, source, &settings->mail.reset);
		return;
	}
}

static void read_sources(struct draft *draft, enum source_kind kind)
{
	for (size_t i = 0; i < draft->settings->n_sources; i++)
		read_source(draft, i, kind);
}

static void add_default_listener(struct draft *draft, const char *name, const char *address)
{
	struct listener_settings *listener = draft_list_add(&draft->lists[OPTION_TABLE_LISTEN]);

	listener->name = mem_text(name);
	listener->address = mem_text(address);
}

/* Does a file list where clients come in? */
static bool has_streams(const struct draft *draft)
{
	const struct draft_list *listeners = &draft->lists[OPTION_TABLE_LISTEN];

	for (size_t i = 0; i < listeners->count; i++)
		if (!listener_is_datagram(draft_list_struct(listeners, i)))
			return true;
	return false;
}

/* Call after reading papod.conf and before the secrets, which may name the default class. */
static void complete_lists(struct draft *draft)
{
	struct draft_list *classes = &draft->lists[OPTION_TABLE_CLASSES];
	size_t index = draft_list_find(classes, DEFAULT_CLASS);

	if (!draft->is_emptied[OPTION_TABLE_LISTEN] && !has_streams(draft)) {
		draft->settings->listens_by_default = true;
		add_default_listener(draft, "loopback4", "127.0.0.1");
		add_default_listener(draft, "loopback6", "::1");
	}
	if (index < classes->count) {
		draft_list_move_last(classes, index);
	} else {
		struct class_settings *class = draft_list_add(classes);

		class->name = mem_text(DEFAULT_CLASS);
	}
}

static void fill_in(struct draft *draft)
{
	size_t n_errors;

	read_sources(draft, SOURCE_KIND_CONFIG);
	complete_lists(draft);
	n_errors = draft->problems->n_errors;
	read_sources(draft, SOURCE_KIND_SECRETS);
	draft->is_incomplete |= draft->problems->n_errors > n_errors;
	read_sources(draft, SOURCE_KIND_MOTD);
	read_sources(draft, SOURCE_KIND_RULES);
	read_sources(draft, SOURCE_KIND_MAIL_VERIFY);
	read_sources(draft, SOURCE_KIND_MAIL_RESET);
	listen_check(draft);
	acme_check(draft);
	certificates_check(draft);
	list_checks_run(draft);
	channel_checks_run(draft);
	web_checks_run(draft);
}

/* Drop refused items, except the last class, which matches all clients. */
static void drop_spoiled(struct draft_list *items)
{
	size_t count = items->id == OPTION_TABLE_CLASSES ? items->count - 1 : items->count;

	for (size_t i = count; i-- > 0;)
		if (*settings_item_spoiled(items->id, draft_list_struct(items, i)))
			draft_list_remove(items, i);
}

/* Move the lists and the origins to the settings. */
static void finish_draft(struct draft *draft)
{
	struct settings_origins *origins = draft->settings->origins;

	for (size_t i = 1; i < OPTION_TABLES; i++) {
		struct draft_list *items = &draft->lists[i];

		drop_spoiled(items);
		settings_set_items(draft->settings, items->id, items->structs, items->count);
		origins->rows[i] = items->origins;
	}
	origins->rows[OPTION_TABLE_TOP] = draft->origins;
}

struct settings *settings_parse_leniently(
	const struct source *sources, size_t n_sources, struct problems *problems)
{
	struct draft draft = {
		.settings = mem_new(sizeof(*draft.settings)),
		.problems = problems,
		.is_incomplete = problems->n_errors > 0, /* unreadable files */
	};

	draft.settings->refs = 1;
	draft.settings->origins = mem_new(sizeof(*draft.settings->origins));
	draft.origins = mem_new(option_table_n_origins(option_table_get(OPTION_TABLE_TOP)) *
				sizeof(*draft.origins));
	for (size_t i = 0; i < OPTION_TABLES; i++)
		draft.lists[i].id = (enum option_table_id) i;
	draft_list_set_defaults(OPTION_TABLE_TOP, draft.settings);
	if (n_sources > MAX_SOURCES)
		problems_add(problems, false, NULL, 0, NULL,
			"found %zu configuration files; at most %d are allowed", n_sources,
			MAX_SOURCES);
	else
		copy_sources(draft.settings, sources, n_sources);
	fill_in(&draft);
	finish_draft(&draft);
	return draft.settings;
}

struct settings *settings_parse(
	const struct source *sources, size_t n_sources, struct problems *problems)
{
	size_t n_errors = problems->n_errors;
	struct settings *settings = settings_parse_leniently(sources, n_sources, problems);

	if (problems->n_errors == n_errors)
		return settings;
	settings_unref(settings);
	return NULL;
}

struct settings *settings_ref(struct settings *settings)
{
	settings->refs++;
	return settings;
}

static void free_source(struct source *source)
{
	free((char *) (uintptr_t) source->name);
	free((char *) (uintptr_t) source->text);
}

static void free_list(struct settings *settings, enum option_table_id id)
{
	struct draft_list items = { .id = id, .origins = settings->origins->rows[id] };

	items.structs = settings_items(settings, id, &items.count);
	draft_list_done(&items);
}

void settings_unref(struct settings *settings)
{
	if (!settings || --settings->refs)
		return;
	for (size_t i = 1; i < OPTION_TABLES; i++)
		free_list(settings, (enum option_table_id) i);
	value_free_all(option_table_get(OPTION_TABLE_TOP), settings);
	for (size_t i = 0; i < settings->n_sources; i++)
		free_source(&settings->sources[i]);
	free(settings->sources);
	free(settings->origins->rows[OPTION_TABLE_TOP]);
	free(settings->origins);
	free(settings->acme.certificate.certificate);
	free(settings->acme.certificate.key);
	free(settings->password_hash);
	free(settings->cloak_key);
	free(settings->motd);
	free(settings->rules);
	free(settings->mail.verify);
	free(settings->mail.reset);
	free(settings);
}

enum {
	SOURCE_FIELD = 1,
	KIND_FIELD = 1,
	NAME_FIELD = 2,
	TEXT_FIELD = 3,
};

void settings_save(struct buffer *out, uint16_t id, const struct settings *settings)
{
	size_t record = pack_begin(out, id);

	for (size_t i = 0; i < settings->n_sources; i++) {
		size_t source = pack_begin(out, SOURCE_FIELD);

		pack_u64(out, KIND_FIELD, settings->sources[i].kind);
		pack_text(out, NAME_FIELD, settings->sources[i].name);
		pack_text(out, TEXT_FIELD, settings->sources[i].text);
		pack_end(out, source);
	}
	pack_end(out, record);
}

static void mask_source(struct pack source)
{
	struct pack_field field;
	bool is_secret = false;

	while (pack_next(&source, &field)) {
		if (field.id == KIND_FIELD)
			is_secret = pack_field_u64(&field) == SOURCE_KIND_SECRETS;
		if (field.id == TEXT_FIELD && is_secret)
			token_mask_text((char *) (uintptr_t) field.bytes, field.length);
	}
}

void settings_mask_tokens(const struct pack_field *saved)
{
	struct pack pack = pack_field_record(saved);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id == SOURCE_FIELD)
			mask_source(pack_field_record(&field));
}

static struct source load_source(struct pack pack)
{
	struct pack_field field;
	struct source source = { .name = NULL };
	CLEANUP(mem_freep) char *name = NULL;
	CLEANUP(mem_freep) char *text = NULL;

	while (pack_next(&pack, &field)) {
		if (field.id == KIND_FIELD && field.length <= 1)
			source.kind = (enum source_kind) pack_field_u64(&field);
		if (field.id == NAME_FIELD && !name)
			name = pack_field_text(&field);
		if (field.id == TEXT_FIELD && !text)
			text = pack_field_text(&field);
	}
	source.name = name ? TAKE(name) : mem_text("?");
	source.text = text ? TAKE(text) : mem_text("");
	return source;
}

struct settings *settings_load(const struct pack_field *field)
{
	struct pack pack = pack_field_record(field);
	struct pack_field next;
	struct problems problems = { 0 };
	struct source *sources = NULL;
	struct settings *settings;
	size_t n = 0;

	while (pack_next(&pack, &next) && n < MAX_SOURCES) {
		if (next.id != SOURCE_FIELD)
			continue;
		sources = mem_resize(sources, n + 1, sizeof(*sources));
		sources[n++] = load_source(pack_field_record(&next));
	}
	settings = pack.failed ? NULL : settings_parse_leniently(sources, n, &problems);
	for (size_t i = 0; i < n; i++)
		free_source(&sources[i]);
	free(sources);
	problems_done(&problems);
	return settings;
}
