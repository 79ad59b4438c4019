/* Owns the import of databases: reads them, and gives what they have to a running papod, which
 * stores it as it stores registrations. Nothing is ever imported twice. */
#include "papoctl/import_accounts.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "moving/registry_calls.h"
#include "papoctl/ask.h"
#include "papoctl/import_texts.h"
#include "papoctl/shown.h"
#include "papoctl/words.h"
#include "report/report_import.h"

#define MOST_DATABASE_BYTES (512 << 20)

/* How many records came to which end. */
struct import_tally {
	size_t n_new;
	size_t n_present;
	size_t n_refused;
};

struct accounts_import {
	const struct import_call *call;
	struct import_texts texts;
	struct registry registry;
	struct problems problems;
	struct import_tally accounts;
	struct import_tally channels;
	bool is_without_papod; /* a dry run: clashes are not known */
};

static void accounts_import_done(struct accounts_import *import)
{
	registry_done(&import->registry);
	import_texts_done(&import->texts);
	problems_done(&import->problems);
}

static int hash_plain_passwords(struct accounts_import *import)
{
	for (size_t i = 0; i < import->registry.n_accounts; i++) {
		struct registry_account *account = import->registry.accounts[i];

		if (!account->password || account->entry.is_left_out)
			continue;
		account->hash = import_hash_password(account->password);
		if (!account->hash) {
			fprintf(stderr, "%s: this system's libcrypt cannot hash a password\n",
				import->call->program);
			return EX_OSERR;
		}
	}
	return 0;
}

static int read_databases(struct accounts_import *import, const struct registry_format *format)
{
	int status = import_texts_read(import->call, MOST_DATABASE_BYTES, &import->texts);

	if (status)
		return status;
	if (!registry_read(format, import->texts.files, import->texts.n_files, &import->registry,
		    &import->problems)) {
		import_print_problems(&import->problems);
		return EX_DATAERR;
	}
	import_print_problems(&import->registry.notes);
	return import->call->is_dry_run ? 0 : hash_plain_passwords(import);
}

/* Results */

static void print_import_entry(const struct registry_entry *entry)
{
	CLEANUP(buffer_done) struct buffer text = { 0 }, shown = { 0 };

	registry_describe(entry, &text);
	shown_put(&shown, text.bytes);
	printf("%s\n", buffer_text(&shown));
}

static void print_notes_of_papod(const struct registry_entry *entry, json_t *notes)
{
	json_t *note;
	size_t i;

	json_array_foreach(notes, i, note)
	{
		CLEANUP(buffer_done) struct buffer shown = { 0 };

		shown_put(&shown, entry->name);
		buffer_put_text(&shown, ": ");
		shown_put(&shown, json_is_string(note) ? json_string_value(note) : "");
		fprintf(stderr, "%s %s\n", entry->is_channel ? "channel" : "account", shown.bytes);
	}
}

/* A later record of the same entry adds to it, and is not counted. */
static void take_result(
	struct accounts_import *import, struct registry_entry *entry, json_t *result, bool is_first)
{
	struct import_tally *tally = entry->is_channel ? &import->channels : &import->accounts;
	const char *outcome = json_string_value(json_object_get(result, "outcome"));

	print_notes_of_papod(entry, json_object_get(result, "notes"));
	if (!outcome || strcmp(outcome, REPORT_IMPORT_REFUSED) == 0) {
		entry->is_left_out = true;
		tally->n_refused += is_first;
	} else if (strcmp(outcome, REPORT_IMPORT_PRESENT) == 0) {
		tally->n_present += is_first;
	} else {
		tally->n_new += is_first;
		if (import->call->is_dry_run && is_first)
			print_import_entry(entry);
	}
}

static void take_results(struct accounts_import *import, const struct registry_call *call,
	bool is_first, json_t *rows)
{
	for (size_t i = 0; i < call->n_records; i++)
		take_result(import, call->entries[i], json_array_get(rows, i), i || is_first);
}

/* Calls */

static int make_import_call(struct accounts_import *import, struct registry_call *call,
	struct answer_of_papod *ret_answer)
{
	static const struct report_row row = { .method = REPORT_IMPORT_METHOD,
		.member = "results" };
	const struct words words = { .row = &row, .parameters = call->parameters };
	const char *operator= words_find_operator();
	int status;

	if (operator)
		json_object_set_new(call->parameters, REPORT_OPERATOR, json_string(operator));
	if (import->call->is_dry_run)
		json_object_set_new(call->parameters, "dryRun", json_true());
	status = call_papod(import->call->program, &words, ret_answer);
	if (!status && json_array_size(ret_answer->rows) != call->n_records) {
		fprintf(stderr, "%s: the answer of papod is malformed\n", import->call->program);
		answer_of_papod_done(ret_answer);
		return EX_PROTOCOL;
	}
	if (status == EX_TEMPFAIL)
		fprintf(stderr,
			"%s: repeat the same command: what was imported stays, and the rest "
			"follows\n",
			import->call->program);
	return status;
}

static int give_to_papod(struct accounts_import *import)
{
	struct registry_cursor cursor = { 0 };
	struct registry_call call;
	int status = 0;

	while (!status) {
		struct answer_of_papod answer;
		bool is_first = !cursor.part;

		if (!registry_next_call(&import->registry, &cursor, &call))
			break;
		status = make_import_call(import, &call, &answer);
		if (!status) {
			take_results(import, &call, is_first, answer.rows);
			answer_of_papod_done(&answer);
		}
		registry_call_done(&call);
	}
	return status;
}

/* Without a papod that runs, a dry run shows what the files have. */
static void show_without_papod(struct accounts_import *import)
{
	const struct registry *registry = &import->registry;

	import->is_without_papod = true;
	for (size_t i = 0; i < registry->n_accounts; i++)
		if (!registry->accounts[i]->entry.is_left_out) {
			print_import_entry(&registry->accounts[i]->entry);
			import->accounts.n_new++;
		}
	for (size_t i = 0; i < registry->n_channels; i++)
		if (!registry->channels[i]->entry.is_left_out) {
			print_import_entry(&registry->channels[i]->entry);
			import->channels.n_new++;
		}
}

static void print_tally(
	const struct accounts_import *import, const char *what, const struct import_tally *tally)
{
	printf("%s: %zu %s, %zu there already, %zu refused\n", what, tally->n_new,
		import->call->is_dry_run ? "would be imported" : "imported", tally->n_present,
		tally->n_refused);
}

int import_accounts(const struct import_call *call, const struct registry_format *format)
{
	CLEANUP(accounts_import_done) struct accounts_import import = { .call = call };
	int status;

	registry_init(&import.registry);
	status = read_databases(&import, format);
	if (status)
		return status;
	status = give_to_papod(&import);
	if (status == EX_UNAVAILABLE && call->is_dry_run) {
		fprintf(stderr, "%s: so names that are taken there are not found\n", call->program);
		show_without_papod(&import);
		status = 0;
	}
	if (status == EX_UNAVAILABLE)
		fprintf(stderr,
			"%s: accounts and channels are imported into a papod that runs; start it "
			"first\n",
			call->program);
	if (status)
		return status;
	print_tally(&import, "accounts", &import.accounts);
	print_tally(&import, "channels", &import.channels);
	if (fflush(stdout) != 0 || ferror(stdout))
		return EX_IOERR;
	return import.accounts.n_refused || import.channels.n_refused ? EX_DATAERR : 0;
}
