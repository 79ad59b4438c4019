/* Where log entries go: to the journal in its native protocol when systemd has connected standard
 * error to it, otherwise to standard error for humans. Never waits: entries that cannot be written
 * at once are dropped and counted, and the count is logged later. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

struct log_sink;

/* The program's name is not copied. Verbose: humans see debug entries too. */
struct log_sink *log_sink_new(const char *program, bool is_verbose);
/* NULL: the system's socket. */
struct log_sink *log_sink_new_journal(const char *program, const char *socket_path);
void log_sink_free(struct log_sink *sink);
/* The program ends: free it. If it failed, wait a moment until the journal has read why: it asks
 * the kernel which unit the process belongs to, and cannot when the process is gone. Returns the
 * status. */
int log_sink_end(struct log_sink *sink, int status);
const struct log *log_sink_log(const struct log_sink *sink);
/* Entries beyond the level are not written. At first, the journal gets all, as humans do who want
 * debug entries. The log is that of a sink; false: it is another one. */
bool log_sink_level(const struct log *log, enum severity *ret_level);
/* From now on it is this one; 0: that of the start again. */
void log_sink_set_level(const struct log *log, uint8_t level);
/* The level that was set; 0: none was. */
uint8_t log_sink_chosen_level(const struct log *log);
bool log_sink_is_journal(const struct log_sink *sink);

struct buffer;
/* "Client registered: reason (nick=ana address=192.0.2.1)", without control characters. */
void log_sink_format(enum logbook entry, const char *const *fields, struct buffer *out);
