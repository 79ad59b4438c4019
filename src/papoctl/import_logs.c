/* Owns the import of logs: channel by channel, file by file, line by line. Nothing is imported
 * twice, so what was interrupted is begun again from the first line. */
#include "papoctl/import_logs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "papoctl/import_lines.h"
#include "papoctl/line_copies.h"
#include "papoctl/log_charset.h"
#include "papoctl/log_clock.h"
#include "papoctl/log_files.h"
#include "papoctl/log_lines.h"
#include "papoctl/shown.h"

#define MOST_COMPLAINTS 20 /* about lines, each with its place */

static const struct {
	const char *name;
	const char *help;
} kinds[] = {
	{ "soju", "logs that soju writes with \"message-store fs\"" },
	{ "znc", "logs of the module log of ZNC" },
};

struct logs_import {
	const struct import_call *call;
	struct log_files files;
	struct log_charset *charset;
	int64_t before;
	struct import_lines lines; /* of the channel that is read */
	size_t n_read;		   /* lines in all */
	size_t n_other;		   /* of the bouncer itself */
	size_t n_malformed;
	size_t n_converted;
	time_t shown; /* when the progress was */
	bool is_refused;
};

/* One file, from which lines are read. */
struct log_reading {
	const struct log_file *file;
	unsigned int line; /* from 1 on */
	int64_t previous;  /* the second of the line before */
	uint64_t position; /* of the next line in it */
	struct line_copies copies;
	struct buffer text;
	struct bouncer_line parts;
};

const char *import_logs_kind(size_t i)
{
	return i < ARRAY_LENGTH(kinds) ? kinds[i].name : NULL;
}

bool import_logs_is(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (strcmp(kinds[i].name, kind) == 0)
			return true;
	return false;
}

void import_logs_put_kinds(struct buffer *out)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		buffer_format(out, "      %-14s %s\n", kinds[i].name, kinds[i].help);
}

static void logs_import_done(struct logs_import *import)
{
	log_files_done(&import->files);
	log_charset_free(import->charset);
	import_lines_done(&import->lines);
}

static void log_reading_done(struct log_reading *reading)
{
	line_copies_clear(&reading->copies);
	buffer_done(&reading->text);
	bouncer_line_done(&reading->parts);
}

/* Messages */

static void clear_progress(const struct logs_import *import)
{
	if (import->shown)
		fputs("\r\033[K", stderr);
}

static void show_log_progress(struct logs_import *import, const struct log_reading *reading)
{
	const struct bouncer_path *about = &reading->file->about;
	time_t now = time(NULL);

	import->n_read++;
	if (now == import->shown || !isatty(STDERR_FILENO))
		return;
	clear_progress(import);
	import->shown = now;
	shown_format(stderr, "%s: %zu lines, %04d-%02d-%02d", reading->file->channel,
		import->n_read, about->year, about->month, about->day);
}

static void complain_of_line(
	struct logs_import *import, const struct log_reading *reading, const char *why)
{
	import->n_malformed++;
	if (import->n_malformed > MOST_COMPLAINTS)
		return;
	clear_progress(import);
	shown_format(stderr, "%s:%u: %s\n", reading->file->path, reading->line, why);
	if (import->n_malformed == MOST_COMPLAINTS)
		fputs("further lines like these are only counted\n", stderr);
}

/* Lines */

/* How many of the same there are in this second; the line is noted there. */
static uint64_t count_copies(struct log_reading *reading)
{
	const struct bouncer_line *parts = &reading->parts;
	CLEANUP(buffer_done) struct buffer whole = { 0 };

	buffer_format(&whole, "%s %s %s", parts->command, buffer_text(&parts->source),
		buffer_text(&parts->text));
	return line_copies_note(&reading->copies, whole.bytes);
}

static struct import_place place_of_line(struct log_reading *reading)
{
	const struct bouncer_path *about = &reading->file->about;
	const struct log_time time = { about->year, about->month, about->day, reading->parts.hour,
		reading->parts.minute, reading->parts.second };
	struct import_place place = { .second = log_clock_seconds(&time, reading->previous) };

	if (place.second != reading->previous) {
		reading->previous = place.second;
		reading->position = 0;
		line_copies_clear(&reading->copies);
	}
	place.position = reading->position++;
	place.copy = count_copies(reading);
	return place;
}

/* 0, or an exit status. */
static int import_log_line(
	struct logs_import *import, struct log_reading *reading, const char *bytes, size_t length)
{
	struct import_place place;

	import->n_converted += log_charset_convert(import->charset, bytes, length, &reading->text);
	switch (bouncer_line_read(
		&reading->parts, buffer_text(&reading->text), reading->text.length)) {
	case BOUNCER_LINE_MALFORMED:
		complain_of_line(import, reading,
			"the line does not begin with a time such as [23:59:59], or has a NUL");
		return 0;
	case BOUNCER_LINE_OTHER:
		import->n_other++;
		return 0;
	case BOUNCER_LINE_TAKEN:
		break;
	}
	if (!import_lines_fit(&reading->parts)) {
		complain_of_line(import, reading, "the line is too long for a message");
		return 0;
	}
	place = place_of_line(reading);
	return place.second < import->before
		       ? import_lines_add(&import->lines, &reading->parts, &place)
		       : 0;
}

static int read_log_lines(
	struct logs_import *import, struct log_reading *reading, struct log_lines *lines)
{
	const char *bytes;
	size_t length;
	bool is_cut;
	int status = 0;

	while (!status && log_lines_next(lines, &bytes, &length, &is_cut)) {
		reading->line++;
		show_log_progress(import, reading);
		if (is_cut)
			complain_of_line(import, reading, "the line is too long for a message");
		else if (length)
			status = import_log_line(import, reading, bytes, length);
	}
	return status;
}

static int read_log(struct logs_import *import, const struct log_file *file)
{
	CLEANUP(log_reading_done) struct log_reading reading = { .file = file };
	struct log_lines *lines = log_lines_open(file->path);
	int status = lines ? read_log_lines(import, &reading, lines) : 0, error = errno;

	log_lines_close(lines);
	if (status || (lines && !error))
		return status;
	clear_progress(import);
	shown_format(stderr, "%s: %s: %s\n", import->call->program, file->path, strerror(error));
	return EX_NOINPUT;
}

/* Channels */

static void print_counts(const struct logs_import *import, const char *channel)
{
	const struct import_counts *counts = &import->lines.counts;

	clear_progress(import);
	shown_format(stdout,
		"%s: %llu %s, %llu there already, %llu too old to be kept, %llu too new, %llu "
		"not recorded\n",
		channel, (unsigned long long) counts->n_new,
		import->call->is_dry_run ? "would be imported" : "imported",
		(unsigned long long) counts->n_present, (unsigned long long) counts->n_too_old,
		(unsigned long long) counts->n_too_new, (unsigned long long) counts->n_unfit);
}

static bool is_same_channel(const struct logs_import *import, size_t i, size_t j)
{
	return j < import->files.count &&
	       strcasecmp(import->files.items[i].channel, import->files.items[j].channel) == 0;
}

/* The files from one on; *ret_next is the first of the next channel. A channel that papod refuses
 * does not end the import. */
static int import_log_channel(struct logs_import *import, size_t first, size_t *ret_next)
{
	const char *channel = import->files.items[first].channel;
	size_t i;
	int status = 0;

	import->lines.channel = channel;
	import->lines.counts = (struct import_counts){ 0 };
	for (i = first; is_same_channel(import, first, i); i++)
		if (!status)
			status = read_log(import, &import->files.items[i]);
	if (!status)
		status = import_lines_send(&import->lines);
	*ret_next = i;
	import_lines_done(&import->lines);
	if (status == EX_DATAERR) {
		shown_format(stderr,
			"%s: %s: the logs of %zu days are left out; another channel can be named "
			"with --channel '%s=#OTHER'\n",
			import->call->program, channel, i - first, channel);
		import->is_refused = true;
		return 0;
	}
	if (!status)
		print_counts(import, channel);
	return status;
}

static int import_log_channels(struct logs_import *import)
{
	int status = 0;

	for (size_t i = 0; i < import->files.count && !status;)
		status = import_log_channel(import, i, &i);
	clear_progress(import);
	if (status == EX_TEMPFAIL)
		fprintf(stderr,
			"%s: repeat the same command: what was imported stays, and the rest "
			"follows\n",
			import->call->program);
	if (status == EX_UNAVAILABLE)
		fprintf(stderr, "%s: logs are imported into a papod that runs; start it first\n",
			import->call->program);
	return status;
}

/* Options */

static int refuse_log_option(const struct import_call *call, const char *what, const char *value)
{
	shown_format(stderr, "%s: %s: %s\n", call->program, value, what);
	return EX_USAGE;
}

/* The caller finds when that day began where the bouncer was. */
static bool parse_log_day(const char *text, struct log_time *ret_day)
{
	uint64_t utc_ms;

	return date_parse_day(text, &utc_ms) &&
	       sscanf(text, "%d-%d-%d", &ret_day->year, &ret_day->month, &ret_day->day) == 3;
}

static int take_log_options(struct logs_import *import)
{
	const struct import_call *call = import->call;
	struct log_time day = { 0 };

	import->before = INT64_MAX;
	import->charset = log_charset_new(call->charset);
	if (!import->charset)
		return refuse_log_option(call, "is no character set of iconv -l", call->charset);
	if (call->time_zone && !log_clock_set_zone(call->time_zone))
		return refuse_log_option(
			call, "is no time zone such as Europe/Berlin", call->time_zone);
	for (size_t i = 0; i < call->n_channels; i++)
		if (*call->channels[i] != '#')
			return refuse_log_option(
				call, "is no channel such as '#a' or '#a=#b'", call->channels[i]);
	if (!call->before)
		return 0;
	if (!parse_log_day(call->before, &day))
		return refuse_log_option(call, "is no day such as 2026-01-31", call->before);
	import->before = log_clock_seconds(&day, 0);
	return 0;
}

static void print_left_out(const struct logs_import *import)
{
	const struct log_files *files = &import->files;

	if (files->n_private)
		fprintf(stderr,
			"%zu files are of private messages or of the bouncer itself, and are left "
			"out\n",
			files->n_private);
	if (files->n_links)
		fprintf(stderr, "%zu symbolic links are not followed\n", files->n_links);
	if (import->n_other)
		fprintf(stderr, "%zu lines are of the bouncer itself, or empty\n", import->n_other);
	if (import->n_malformed)
		fprintf(stderr, "%zu lines are malformed or too long\n", import->n_malformed);
	if (import->n_converted)
		fprintf(stderr, "%zu lines were not in UTF-8, and are taken for %s\n",
			import->n_converted,
			import->call->charset ? import->call->charset : "Windows-1252");
}

int import_logs(const struct import_call *call)
{
	CLEANUP(logs_import_done) struct logs_import import = { .call = call };
	int status = take_log_options(&import);

	import.lines.call = call;
	if (!status)
		status = log_files_find(call, &import.files);
	if (status)
		return status;
	if (!import.files.count) {
		print_left_out(&import);
		shown_format(stderr,
			"%s: %s: no logs of channels are there; they are named as in "
			"NETWORK/#CHANNEL/2026-01-31.log\n",
			call->program, call->files[0]);
		return EX_NOINPUT;
	}
	status = import_log_channels(&import);
	print_left_out(&import);
	if (status)
		return status;
	if (fflush(stdout) != 0 || ferror(stdout))
		return EX_IOERR;
	return import.is_refused || import.n_malformed ? EX_DATAERR : 0;
}
