/* Owns the table of metrics, and where each number comes from. Reading them changes nothing, and
 * takes microseconds: nothing here walks clients or channels. */
#include "daemon/metric_rows.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "world/accounts.h"
#include "world/bans.h"
#include "world/registered_channels.h"
#include "world/world.h"

#define MS_PER_SECOND 1000
#define NS_PER_US 1000u
#define NS_PER_SECOND 1000000000u

static const struct world *measured_world(const struct metric_sources *sources)
{
	return engine_world(sources->engine);
}

/* The world */

#define GAUGE_OF_WORLD(function, expression)                                                       \
	static void function(const struct metric_sources *sources, const struct metric_text *text) \
	{                                                                                          \
		const struct world *world = measured_world(sources);                               \
                                                                                                   \
		metric_text_put(text, NULL, expression);                                           \
	}
GAUGE_OF_WORLD(measure_clients, world->n_sessions)
GAUGE_OF_WORLD(put_newcomers, world->n_unregistered)
GAUGE_OF_WORLD(measure_users, world->n_users)
GAUGE_OF_WORLD(put_most_users, world->max_users)
GAUGE_OF_WORLD(measure_operators, world->n_operators)
GAUGE_OF_WORLD(measure_channels, world->n_channels)
GAUGE_OF_WORLD(put_registered, ordered_count(&world->registered_channels))
GAUGE_OF_WORLD(measure_accounts, ordered_count(&world->accounts.all))
GAUGE_OF_WORLD(measure_bans, ordered_count(&world->bans.all))
GAUGE_OF_WORLD(put_storage, world->storage == STORAGE_WORKS)
GAUGE_OF_WORLD(put_chat_start, world->started_wall_ms / MS_PER_SECOND)

static void measure_notifications(
	const struct metric_sources *sources, const struct metric_text *text)
{
	const struct notification_sources *all = &measured_world(sources)->notification_sources;

	metric_text_put(text, "said", notification_sources_count_said(all));
	metric_text_put(text, "refused", notification_sources_count_refused(all));
}

static void put_waiting_changes(
	const struct metric_sources *sources, const struct metric_text *text)
{
	uint64_t count = 0;

	for (const struct list *at = measured_world(sources)->changes.next;
		at != &measured_world(sources)->changes; at = at->next)
		count++;
	metric_text_put(text, NULL, count);
}

/* Lines */

static void measure_lines(const struct metric_sources *sources, const struct metric_text *text)
{
	struct connections_traffic traffic = connections_traffic(sources->connections);

	metric_text_put(text, "received", sources->meters->lines_received);
	metric_text_put(text, "sent", traffic.lines_sent);
}

static void measure_bytes(const struct metric_sources *sources, const struct metric_text *text)
{
	struct connections_traffic traffic = connections_traffic(sources->connections);

	metric_text_put(text, "received", sources->meters->bytes_received);
	metric_text_put(text, "sent", traffic.bytes_sent);
}

static void put_send_queues(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, NULL, connections_traffic(sources->connections).bytes_waiting);
}

static const char *command_name(size_t index)
{
	size_t count;
	const struct command *const *all = commands_all(&count);

	return index < count ? all[index]->name : "unknown";
}

static void measure_commands(const struct metric_sources *sources, const struct metric_text *text)
{
	for (size_t i = 0; i <= COMMAND_COUNT; i++)
		metric_text_put(text, command_name(i), sources->meters->commands[i]);
}

static void put_command_times(const struct metric_sources *sources, const struct metric_text *text)
{
	for (size_t i = 0; i <= COMMAND_COUNT; i++)
		if (histogram_count(&sources->meters->command_times[i]))
			metric_text_put_histogram(
				text, command_name(i), &sources->meters->command_times[i]);
}

static void put_loop_times(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put_histogram(text, NULL, loop_times(sources->loop));
}

/* Survival and storage */

static void put_event_log(const struct metric_sources *sources, const struct metric_text *text)
{
	const struct event_log *log = survival_event_log(sources->survival);

	metric_text_put(text, NULL, log ? event_log_bytes(log) : 0);
}

static void put_snapshot(const struct metric_sources *sources, const struct metric_text *text)
{
	const struct event_log *log = survival_event_log(sources->survival);
	size_t length = 0;

	if (log)
		(void) event_log_snapshot(log, &length);
	metric_text_put(text, NULL, length);
}

static void put_snapshots(const struct metric_sources *sources, const struct metric_text *text)
{
	const struct event_log *log = survival_event_log(sources->survival);

	metric_text_put(text, NULL, log ? event_log_snapshots(log) : 0);
}

static void put_stored(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, NULL, sources->meters->n_stored);
}

static void put_history(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, NULL, sources->meters->n_history);
}

static void put_history_waiting(
	const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, NULL, sources->pasts ? pasts_waiting_bytes(sources->pasts) : 0);
}

/* Blocklists */

static void put_listings(const struct metric_sources *sources, const struct metric_text *text)
{
	struct blocklist_count count;

	for (size_t i = 0; blocklists_count(sources->blocklists, i, &count); i++)
		metric_text_put(text, count.zone, count.n_listed);
}

static void put_list_questions(const struct metric_sources *sources, const struct metric_text *text)
{
	struct blocklist_count count;

	for (size_t i = 0; blocklists_count(sources->blocklists, i, &count); i++)
		metric_text_put(text, count.zone, count.n_asked);
}

static void put_list_silence(const struct metric_sources *sources, const struct metric_text *text)
{
	struct blocklist_count count;

	for (size_t i = 0; blocklists_count(sources->blocklists, i, &count); i++)
		metric_text_put(text, count.zone, count.n_unanswered);
}

/* Entries */

static void put_banned(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, NULL, sources->meters->n_banned);
}

static void put_logins(const struct metric_sources *sources, const struct metric_text *text)
{
	const uint64_t *entries = sources->meters->entries;

	metric_text_put(text, "accepted", entries[LOGBOOK_LOGGED_IN]);
	metric_text_put(text, "refused", entries[LOGBOOK_LOGIN_REFUSED]);
}

static void put_handshakes(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, "TLSv1.2", sources->meters->handshakes[METERS_TLS_1_2]);
	metric_text_put(text, "TLSv1.3", sources->meters->handshakes[METERS_TLS_1_3]);
	metric_text_put(text, "none", sources->meters->handshakes[METERS_TLS_NONE]);
}

static void measure_entries(const struct metric_sources *sources, const struct metric_text *text)
{
	for (enum logbook i = 0; i < LOGBOOK_COUNT; i++)
		metric_text_put(text, logbook_row(i)->name, sources->meters->entries[i]);
}

/* The process */

static void measure_version(const struct metric_sources *sources, const struct metric_text *text)
{
	(void) sources;
	metric_text_put(text, PACKAGE_VERSION, 1);
}

static void put_continued(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, NULL, sources->meters->entries[LOGBOOK_RECOVERED] != 0);
}

static void put_process_start(const struct metric_sources *sources, const struct metric_text *text)
{
	metric_text_put(text, NULL, sources->meters->started_wall_ms / MS_PER_SECOND);
}

static uint64_t timeval_ns(struct timeval time)
{
	return (uint64_t) time.tv_sec * NS_PER_SECOND + (uint64_t) time.tv_usec * NS_PER_US;
}

static void put_cpu(const struct metric_sources *sources, const struct metric_text *text)
{
	struct rusage usage = { 0 };

	(void) sources;
	(void) getrusage(RUSAGE_SELF, &usage);
	metric_text_put_ns(text, NULL, timeval_ns(usage.ru_utime) + timeval_ns(usage.ru_stime));
}

static void put_memory(const struct metric_sources *sources, const struct metric_text *text)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long total, resident = 0;

	(void) sources;
	if (file && fscanf(file, "%llu %llu", &total, &resident) != 2)
		resident = 0;
	if (file)
		fclose(file);
	metric_text_put(text, NULL, resident * (uint64_t) sysconf(_SC_PAGESIZE));
}

static void put_files(const struct metric_sources *sources, const struct metric_text *text)
{
	struct rlimit limit = { 0 };

	(void) sources;
	(void) getrlimit(RLIMIT_NOFILE, &limit);
	metric_text_put(text, NULL, (uint64_t) limit.rlim_cur);
}

#define COUNTER METRIC_TYPE_COUNTER
#define GAUGE METRIC_TYPE_GAUGE
#define HISTOGRAM METRIC_TYPE_HISTOGRAM

static const struct metric_row rows[] = {
	{ "papod_version", GAUGE, "version", "The version that runs; always 1.", measure_version },
	{ "papod_chat_start_time_seconds", GAUGE, NULL,
		"When the chat began, since 1970; restarts and crashes of papod do not end it.",
		put_chat_start },
	{ "papod_continued", GAUGE, NULL,
		"Whether this process continues from another one, with its clients.",
		put_continued },
	{ "papod_clients", GAUGE, NULL, "Connections of clients.", measure_clients },
	{ "papod_clients_unregistered", GAUGE, NULL,
		"Of the clients, those that have no nickname yet.", put_newcomers },
	{ "papod_users", GAUGE, NULL, "Nicknames; a user may have several clients or none.",
		measure_users },
	{ "papod_users_most", GAUGE, NULL, "The most users at one time since the chat began.",
		put_most_users },
	{ "papod_operators", GAUGE, NULL, "Users who are operators of the server.",
		measure_operators },
	{ "papod_channels", GAUGE, NULL, "Channels, with or without members.", measure_channels },
	{ "papod_channels_registered", GAUGE, NULL, "Channels that are registered.",
		put_registered },
	{ "papod_accounts", GAUGE, NULL, "Registered accounts.", measure_accounts },
	{ "papod_bans", GAUGE, NULL, "Bans of the server.", measure_bans },
	{ "papod_bans_hit", COUNTER, NULL,
		"Clients, nicknames and channels that papod refused because of a ban of the "
		"server; "
		"addresses that papod-gate refuses before their handshake do not count.",
		put_banned },
	{ "papod_blocklist_questions", COUNTER, "zone",
		"Addresses that a DNS blocklist was asked about.", put_list_questions },
	{ "papod_blocklist_listings", COUNTER, "zone",
		"Of these, addresses that it lists, with an answer that counts.", put_listings },
	{ "papod_blocklist_silence", COUNTER, "zone",
		"Of these, addresses about which no answer came in time.", put_list_silence },
	{ "papod_lines", COUNTER, "direction", "Lines received from clients, and sent to them.",
		measure_lines },
	{ "papod_bytes", COUNTER, "direction",
		"Bytes of these lines, without TLS and WebSocket; those that a client did not read "
		"count as sent.",
		measure_bytes },
	{ "papod_send_queue_bytes", GAUGE, NULL,
		"Bytes that wait until clients read them, of all clients.", put_send_queues },
	{ "papod_commands", COUNTER, "command", "Lines by command.", measure_commands },
	{ "papod_command_duration_seconds", HISTOGRAM, "command",
		"How long a line took, with all that it caused, until everything to be sent was in "
		"the queues. One of 16 lines is timed.",
		put_command_times },
	{ "papod_loop_duration_seconds", HISTOGRAM, NULL,
		"How long a turn of the event loop took: what arrived meanwhile waited at most as "
		"long.",
		put_loop_times },
	{ "papod_handshakes", COUNTER, "tls",
		"Clients that connected, by the version of TLS of their handshake.",
		put_handshakes },
	{ "papod_logins", COUNTER, "result", "Logins of clients to accounts.", put_logins },
	{ "papod_notifications", COUNTER, "result",
		"Notifications since the chat began, see notifications in papod.conf.",
		measure_notifications },
	{ "papod_event_log_bytes", GAUGE, NULL,
		"Events that the next process would replay after a crash; a snapshot ends them.",
		put_event_log },
	{ "papod_snapshot_bytes", GAUGE, NULL,
		"The snapshot from which the next process would continue.", put_snapshot },
	{ "papod_snapshots", COUNTER, NULL,
		"Snapshots that were completed, and one if it was inherited.", put_snapshots },
	{ "papod_storage_up", GAUGE, NULL, "Whether the database of accounts and channels works.",
		put_storage },
	{ "papod_storage_waiting_changes", GAUGE, NULL,
		"Changes of accounts and channels that are not on the disk yet.",
		put_waiting_changes },
	{ "papod_storage_changes", COUNTER, NULL,
		"Changes that the database has committed or refused.", put_stored },
	{ "papod_history_requests", COUNTER, NULL,
		"Messages and other requests to the database of what was said.", put_history },
	{ "papod_history_waiting_bytes", GAUGE, NULL, "Of these, bytes that are not written yet.",
		put_history_waiting },
	{ "papod_log_entries", COUNTER, "entry",
		"Entries of the log by their names in papod(8), whatever the journal stores of "
		"them.",
		measure_entries },
	{ "papod_process_start_time_seconds", GAUGE, NULL,
		"When this process began, since 1970: it changes with each restart.",
		put_process_start },
	{ "papod_process_cpu_seconds", COUNTER, NULL, "Processor time of all its threads.",
		put_cpu },
	{ "papod_process_resident_memory_bytes", GAUGE, NULL, "Memory that it uses.", put_memory },
	{ "papod_process_max_fds", GAUGE, NULL, "The limit of open files.", put_files },
};

const struct metric_row *metric_row(size_t index)
{
	return index < ARRAY_LENGTH(rows) ? &rows[index] : NULL;
}
