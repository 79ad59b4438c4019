/* Everything papod ever logs, one row each: the MESSAGE_ID that scripts and
 * `journalctl -x` know it by, how serious it is, and its words. The catalog file
 * and the table in papod(8) are generated from here. */
#pragma once

#include <stddef.h>

/* RFC 5424 severities, as <syslog.h> numbers them. */
enum severity {
	SEVERITY_ERROR = 3,
	SEVERITY_WARNING = 4,
	SEVERITY_NOTICE = 5,
	SEVERITY_INFO = 6,
	SEVERITY_DEBUG = 7,
};

enum logbook {
	LOGBOOK_STARTED,
	LOGBOOK_STOPPING,
	LOGBOOK_START_FAILED,
	LOGBOOK_LISTENING,
	LOGBOOK_LISTEN_FAILED,
	LOGBOOK_LISTENER_CLOSED,
	LOGBOOK_LISTENERS_WAIT,
	LOGBOOK_ACCEPT_PAUSED,
	LOGBOOK_ACCEPT_RESUMED,
	LOGBOOK_CLIENT_CONNECTED,
	LOGBOOK_CLIENT_GATEWAY,
	LOGBOOK_CLIENT_REFUSED,
	LOGBOOK_CLIENT_REGISTERED,
	LOGBOOK_CLIENT_CLOSED,
	LOGBOOK_FOREIGN_PROTOCOL,
	LOGBOOK_NICK_CHANGED,
	LOGBOOK_OPER_UP,
	LOGBOOK_OPER_REFUSED,
	LOGBOOK_KILL,
	LOGBOOK_FORCED,
	LOGBOOK_BAN_SET,
	LOGBOOK_BAN_REMOVED,
	LOGBOOK_REHASH,
	LOGBOOK_RESTART,
	LOGBOOK_RELOADED,
	LOGBOOK_RELOAD_REFUSED,
	LOGBOOK_RELOAD_NEEDS_RESTART,
	LOGBOOK_CONFIG_PROBLEM,
	LOGBOOK_CONFIG_WARNING,
	LOGBOOK_CONFIG_AWAITED,
	LOGBOOK_CASEMAPPING_WAITS,
	LOGBOOK_UNKNOWN_CAPABILITY,
	LOGBOOK_CLOAK_KEY_MADE,
	LOGBOOK_CLOAK_KEY_TEMPORARY,
	LOGBOOK_HELPER_FAILED,
	LOGBOOK_LOG_DROPPED,
	LOGBOOK_RECORDING_FAILED,
	LOGBOOK_STATE_NOT_LOCKED,
	LOGBOOK_NOT_KEPT,
	LOGBOOK_KEPT_AGAIN,
	LOGBOOK_SNAPSHOT_FAILED,
	LOGBOOK_SNAPSHOTS_RESUMED,
	LOGBOOK_HANDED_OVER,
	LOGBOOK_HANDOVER_FAILED,
	LOGBOOK_RECOVERED,
	LOGBOOK_RECOVERY_FAILED,
	LOGBOOK_EVENTS_DROPPED,
	LOGBOOK_CLIENTS_LOST,
	LOGBOOK_POISON,
	LOGBOOK_SETTINGS_SKIPPED,
	LOGBOOK_COUNT
};

struct logbook_row {
	const char *name;	/* for people: "client-registered" */
	const char *message_id; /* 32 hexadecimal digits; never changes */
	enum severity severity;
	const char *text;   /* MESSAGE=; the values are in fields */
	const char *fields; /* which fields an entry carries, for the manual */
	const char *help;   /* what it means and what to do, for the catalog */
};

const struct logbook_row *logbook_row(enum logbook entry);
