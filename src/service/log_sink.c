/* Owns the writing of log entries; must not know what they are about. */
#include "service/log_sink.h"

#include <errno.h>
#include <limits.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum sink_kind {
	SINK_KIND_JOURNAL,  /* datagrams with fields */
	SINK_KIND_PREFIXED, /* standard error that leads to the journal or the like */
	SINK_KIND_PLAIN,    /* standard error that humans read */
};

struct log_sink {
	struct log log;
	const char *program;
	enum sink_kind kind;
	enum severity first_level; /* of the start */
	uint8_t chosen_level;	   /* an enum severity; 0: the first one is in force */
	bool is_file;		   /* standard error is a file, and never blocks */
	int fd;
	struct sockaddr_un journal; /* not connected, because the journal may restart */
	unsigned long dropped;
	struct buffer entry; /* current entry; reused for its memory */
};

static const char *severity_word(enum severity severity)
{
	switch (severity) {
	case SEVERITY_ERROR:
		return "error: ";
	case SEVERITY_WARNING:
		return "warning: ";
	case SEVERITY_DEBUG:
		return "debug: ";
	case SEVERITY_NOTICE:
	case SEVERITY_INFO:
		return "";
	}
	return "";
}

/* Replaces control characters, so that text of clients cannot control a terminal. */
static void put_printable(struct buffer *out, const char *text)
{
	while (*text) {
		const char *start = text;

		while ((unsigned char) *text >= ' ' && *text != 0x7f)
			text++;
		buffer_put(out, start, (size_t) (text - start));
		if (*text)
			buffer_format(out, "\\x%02x", (unsigned char) *text++);
	}
}

static void put_lower(struct buffer *out, const char *name)
{
	size_t start = out->length;

	buffer_put_text(out, name);
	for (char *at = out->bytes + start; *at; at++)
		*at = text_lower(*at);
}

/* Fields that come first, in the style of compilers: "file:line: option: reason". */
static const struct {
	const char *name;
	const char *before;
} first_fields[] = {
	{ "FILE", ": " },
	{ "LINE", ":" },
	{ "OPTION", ": " },
	{ "REASON", ": " },
};

/* The index of the name; the array's length if it is none of them. Most names differ in their first
 * letters. */
static size_t find_first(const char *name)
{
	size_t i = 0;

	while (i < ARRAY_LENGTH(first_fields) &&
		(*name != *first_fields[i].name || strcmp(name, first_fields[i].name) != 0))
		i++;
	return i;
}

static void put_first(struct buffer *out, const char *const *fields)
{
	const char *values[ARRAY_LENGTH(first_fields) + 1] = { NULL };

	for (size_t i = 0; fields[i]; i += 2)
		values[find_first(fields[i])] = fields[i + 1];
	for (size_t i = 0; i < ARRAY_LENGTH(first_fields); i++) {
		if (!values[i])
			continue;
		buffer_put_text(out, first_fields[i].before);
		put_printable(out, values[i]);
	}
}

static void put_others(struct buffer *out, const char *const *fields)
{
	bool is_open = false;

	for (size_t i = 0; fields[i]; i += 2) {
		if (!fields[i + 1] || find_first(fields[i]) < ARRAY_LENGTH(first_fields))
			continue;
		buffer_put_text(out, is_open ? " " : " (");
		is_open = true;
		put_lower(out, fields[i]);
		buffer_put_byte(out, '=');
		put_printable(out, fields[i + 1]);
	}
	if (is_open)
		buffer_put_byte(out, ')');
}

void log_sink_format(enum logbook entry, const char *const *fields, struct buffer *out)
{
	buffer_put_text(out, logbook_row(entry)->text);
	put_first(out, fields);
	put_others(out, fields);
}

/* systemd.journal-fields(7), "Native Journal Protocol": a value with a line end is preceded by its
 * length. */
static void put_field(struct buffer *out, const char *name, const char *value)
{
	size_t length = strlen(value);

	buffer_put_text(out, name);
	if (!strchr(value, '\n')) {
		buffer_put_byte(out, '=');
		buffer_put(out, value, length);
		buffer_put_byte(out, '\n');
		return;
	}
	buffer_put_byte(out, '\n');
	for (unsigned int shift = 0; shift < 64; shift += 8)
		buffer_put_byte(out, (char) ((uint64_t) length >> shift));
	buffer_put(out, value, length);
	buffer_put_byte(out, '\n');
}

static void render_journal(struct log_sink *sink, enum logbook entry, const char *const *fields)
{
	const struct logbook_row *row = logbook_row(entry);
	struct buffer *out = &sink->entry;

	buffer_put_text(out, "MESSAGE=");
	log_sink_format(entry, fields, out);
	buffer_format(out, "\nMESSAGE_ID=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=%s\n", row->message_id,
		(int) row->severity, sink->program);
	for (size_t i = 0; fields[i]; i += 2)
		if (fields[i + 1])
			put_field(out, fields[i], fields[i + 1]);
}

static void render_text(struct log_sink *sink, enum logbook entry, const char *const *fields)
{
	enum severity severity = logbook_row(entry)->severity;

	if (sink->kind == SINK_KIND_PREFIXED)
		buffer_format(&sink->entry, "<%d>", (int) severity);
	else
		buffer_format(&sink->entry, "%s: %s", sink->program, severity_word(severity));
	log_sink_format(entry, fields, &sink->entry);
	buffer_cut(
		&sink->entry, text_cut_utf8(sink->entry.bytes, sink->entry.length, PIPE_BUF - 1));
	buffer_put_byte(&sink->entry, '\n');
}

/* Standard error is shared with other processes, so it must not be made non-blocking. A pipe that
 * is writable accepts PIPE_BUF bytes. */
static bool would_block(void)
{
	struct pollfd ready = { .fd = STDERR_FILENO, .events = POLLOUT };

	return poll(&ready, 1, 0) != 1 || !(ready.revents & POLLOUT);
}

static bool write_text(const struct log_sink *sink)
{
	if (!sink->is_file && would_block())
		return false;
	return write(STDERR_FILENO, sink->entry.bytes, sink->entry.length) >= 0;
}

static bool write_one(struct log_sink *sink, enum logbook entry, const char *const *fields)
{
	buffer_clear(&sink->entry);
	if (sink->kind == SINK_KIND_JOURNAL) {
		render_journal(sink, entry, fields);
		return sendto(sink->fd, sink->entry.bytes, sink->entry.length,
			       MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *) &sink->journal,
			       sizeof(sink->journal)) >= 0;
	}
	render_text(sink, entry, fields);
	return write_text(sink);
}

static void report_dropped(struct log_sink *sink)
{
	char count[24];

	snprintf(count, sizeof(count), "%lu", sink->dropped);
	if (write_one(sink, LOGBOOK_LOG_DROPPED, (const char *const[]){ "COUNT", count, NULL }))
		sink->dropped = 0;
}

static enum severity level_in_force(const struct log_sink *sink)
{
	return sink->chosen_level ? sink->chosen_level : sink->first_level;
}

static void sink_write(void *data, enum logbook entry, const char *const *fields)
{
	struct log_sink *sink = data;

	if (logbook_row(entry)->severity > level_in_force(sink))
		return;
	if (sink->dropped)
		report_dropped(sink);
	if (!write_one(sink, entry, fields))
		sink->dropped++;
}

/* systemd.exec(5), $JOURNAL_STREAM: device and inode of the stream to the journal. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat status;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &status) == 0 && status.st_dev == device &&
	       status.st_ino == inode;
}

static bool stderr_is_file(void)
{
	struct stat status;

	return fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode);
}

static struct log_sink *sink_new(const char *program, enum sink_kind kind, int fd, bool is_verbose)
{
	struct log_sink *sink = mem_new(sizeof(*sink));

	sink->program = program;
	sink->log = (struct log){ sink_write, sink };
	sink->kind = kind;
	sink->fd = fd;
	sink->first_level = is_verbose ? SEVERITY_DEBUG : SEVERITY_INFO;
	sink->is_file = stderr_is_file();
	return sink;
}

struct log_sink *log_sink_new_journal(const char *program, const char *socket_path)
{
	const char *path = socket_path ? socket_path : JOURNAL_SOCKET;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_there = fd >= 0 && access(path, W_OK) == 0;
	struct log_sink *sink =
		sink_new(program, is_there ? SINK_KIND_JOURNAL : SINK_KIND_PREFIXED, fd, true);

	sink->journal.sun_family = AF_UNIX;
	text_copy(sink->journal.sun_path, sizeof(sink->journal.sun_path), path);
	return sink;
}

struct log_sink *log_sink_new(const char *program, bool is_verbose)
{
	if (stderr_is_journal())
		return log_sink_new_journal(program, NULL);
	return sink_new(program, SINK_KIND_PLAIN, -1, is_verbose);
}

void log_sink_free(struct log_sink *sink)
{
	if (!sink)
		return;
	if (sink->dropped)
		report_dropped(sink);
	if (sink->fd >= 0)
		close(sink->fd);
	buffer_done(&sink->entry);
	free(sink);
}

/* Bytes that the journal has not read. */
static bool is_unread(const struct log_sink *sink)
{
	int unread = 0;

	return ioctl(sink->fd, SIOCOUTQ, &unread) == 0 && unread;
}

/* At most half a second, and a last time after it was read. */
static void wait_for_journal(const struct log_sink *sink)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	bool was_unread = true;

	for (int i = 0; i < 100 && was_unread; i++) {
		was_unread = is_unread(sink);
		nanosleep(&pause, NULL);
	}
}

int log_sink_end(struct log_sink *sink, int status)
{
	if (status && sink->kind == SINK_KIND_JOURNAL)
		wait_for_journal(sink);
	log_sink_free(sink);
	return status;
}

const struct log *log_sink_log(const struct log_sink *sink)
{
	return &sink->log;
}

bool log_sink_level(const struct log *log, enum severity *ret_level)
{
	const struct log_sink *sink = log->data;

	if (log->write != sink_write)
		return false;
	*ret_level = level_in_force(sink);
	return true;
}

void log_sink_set_level(const struct log *log, uint8_t level)
{
	struct log_sink *sink = log->data;

	if (log->write == sink_write)
		sink->chosen_level = level;
}

uint8_t log_sink_chosen_level(const struct log *log)
{
	const struct log_sink *sink = log->data;

	return log->write == sink_write ? sink->chosen_level : 0;
}

bool log_sink_is_journal(const struct log_sink *sink)
{
	return sink->kind == SINK_KIND_JOURNAL;
}
