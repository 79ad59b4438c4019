/* Owns the checks of certificates, and finding them. A file may contain both a certificate and its
 * key, so the two may have the same path. */
#include "config/certificates.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/listen.h"
#include "config/options.h"

/* A certificate in a draft, from the group tls or from the list. */
struct drafted_certificate {
	const struct draft *draft;
	struct certificate_settings *settings;
	enum option_table_id table;
	const struct origin *origins;
	const char *place; /* before the names of its options */
};

static struct origin origin_in(
	const struct drafted_certificate *drafted, const char *name, struct buffer *ret_path)
{
	const struct option_table *table = option_table_get(drafted->table);

	buffer_format(ret_path, "%s.%s", drafted->place, name);
	return drafted->origins[option_find(table, table->name ? name : ret_path->bytes) -
				table->options];
}

static void add_certificate_problem(const struct drafted_certificate *drafted, bool is_warning,
	const char *option, const char *text)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };
	struct origin origin = origin_in(drafted, option, &path);

	problems_add(drafted->draft->problems, is_warning,
		origin_file(drafted->draft->settings, origin), origin.line, path.bytes, "%s", text);
}

static bool is_from_file(const struct drafted_certificate *drafted, const char *option)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };

	return origin_in(drafted, option, &path).source;
}

/* The half that is missing may have been refused, or be in a file that cannot be read. */
static void refuse_half(const struct drafted_certificate *drafted)
{
	bool has_certificate = is_from_file(drafted, "certificate");
	bool has_key = is_from_file(drafted, "key");

	if (drafted->draft->is_incomplete || (has_certificate && has_key))
		return;
	if (has_certificate)
		add_certificate_problem(drafted, false, "certificate",
			"there is no key for it; add key = \"...\", the file with its private key");
	else if (has_key)
		add_certificate_problem(drafted, false, "key",
			"there is no certificate for it; add certificate = \"...\"");
	else
		add_certificate_problem(drafted, false, "name",
			"there are no files for it; add certificate = \"...\" and key = \"...\"");
}

static void check_pair(const struct drafted_certificate *drafted)
{
	struct certificate_settings *settings = drafted->settings;

	if (settings->certificate && settings->key)
		return;
	refuse_half(drafted);
	mem_set_text(&settings->certificate, NULL);
	mem_set_text(&settings->key, NULL);
	settings->is_spoiled = true;
}

/* Without a list of where clients come in, papod-gate.socket has listeners of its own. */
static void check_use(const struct drafted_certificate *drafted, const char *option)
{
	const struct draft *draft = drafted->draft;
	const struct draft_list *items = &draft->lists[OPTION_TABLE_LISTEN];

	if (draft->is_incomplete || draft->settings->listens_by_default ||
		listeners_have_tls(draft_list_struct(items, 0), items->count))
		return;
	add_certificate_problem(
		drafted, true, option, "no listener has tls = true, so no client can use it");
}

static void check_certificate_group(const struct draft *draft)
{
	const struct drafted_certificate drafted = { draft, &draft->settings->tls, OPTION_TABLE_TOP,
		draft->origins, "tls" };

	if (!is_from_file(&drafted, "certificate") && !is_from_file(&drafted, "key"))
		return;
	check_pair(&drafted);
	if (drafted.settings->certificate)
		check_use(&drafted, "certificate");
}

static void check_listed_certificate(const struct draft *draft, size_t index)
{
	const struct draft_list *items = &draft->lists[OPTION_TABLE_CERTIFICATES];
	const struct drafted_certificate drafted = { draft, draft_list_struct(items, index),
		OPTION_TABLE_CERTIFICATES, draft_list_origins(items, index), "certificates" };

	if (!drafted.settings->name)
		return; /* refused already */
	check_pair(&drafted);
	if (!drafted.settings->is_spoiled)
		check_use(&drafted, "certificate");
}

static void check_awaited_certificate(const struct draft *draft)
{
	const struct drafted_certificate drafted = { draft, &draft->settings->acme.certificate,
		OPTION_TABLE_TOP, draft->origins, "tls" };

	if (drafted.settings->certificate)
		check_use(&drafted, "acme");
}

void certificates_check(const struct draft *draft)
{
	check_certificate_group(draft);
	check_awaited_certificate(draft);
	for (size_t i = 0; i < draft->lists[OPTION_TABLE_CERTIFICATES].count; i++)
		check_listed_certificate(draft, i);
}

const struct certificate_settings *settings_certificate(
	const struct settings *settings, size_t index)
{
	if (settings->tls.certificate && !index--)
		return &settings->tls;
	if (index < settings->n_certificates)
		return &settings->certificates[index];
	if (settings->acme.certificate.certificate && index == settings->n_certificates)
		return &settings->acme.certificate;
	return NULL;
}

void certificate_credential(
	const struct certificate_settings *certificate, bool is_key, struct buffer *out)
{
	buffer_format(out, "%s%s%s.%s", certificate->is_awaited ? "acme" : "tls",
		certificate->name ? "." : "", certificate->name ? certificate->name : "",
		is_key ? "key" : "crt");
}
