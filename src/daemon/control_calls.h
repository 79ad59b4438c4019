/* The calls that papod answers at its control socket. Bytes only.
 *
 * io.github.papod.Control is papod's own interface; org.varlink.service describes it, so that
 * varlinkctl(1) can list and call it. https://varlink.org/Service */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "report/report.h"

#define CONTROL_BACKUP_METHOD "io.github.papod.Control.Backup"
#define CONTROL_BACKUP_HISTORY_METHOD "io.github.papod.Control.BackupHistory"
#define CONTROL_METRICS_METHOD "io.github.papod.Control.GetMetrics"
#define CONTROL_NOT_RECORDED "io.github.papod.Control.HistoryNotRecorded"
#define CONTROL_NOT_FOUND REPORT_INTERFACE ".NotFound"		     /* with a "reason" */
#define CONTROL_REFUSED REPORT_INTERFACE ".Refused"		     /* likewise */
#define CONTROL_BACKUP_FAILED "io.github.papod.Control.BackupFailed" /* with a "reason" */

enum control_request {
	CONTROL_REQUEST_NONE,	  /* the answer is complete */
	CONTROL_REQUEST_REPORT,	  /* see the call below */
	CONTROL_REQUEST_ACT,	  /* likewise */
	CONTROL_REQUEST_PAST,	  /* likewise: an act, and what was said */
	CONTROL_REQUEST_IMPORT,	  /* of accounts and channels: the event below */
	CONTROL_REQUEST_MESSAGES, /* lines of logs: likewise */
	CONTROL_REQUEST_METRICS,
	CONTROL_REQUEST_BACKUP,
	CONTROL_REQUEST_BACKUP_HISTORY,
};
#define CONTROL_REQUESTS (CONTROL_REQUEST_BACKUP_HISTORY + 1)

/* What is still to be answered. */
struct control_wanted {
	enum control_request request;
	struct report_call call; /* see above */
	struct buffer event;	 /* of an import, see report_import.h */
	bool is_open;		 /* metrics for OpenMetrics */
	bool is_oneway;		 /* there is no answer */
	bool more;		 /* the answer may have several parts */
};

void control_wanted_done(struct control_wanted *wanted);

/* Take one message, without its NUL. False: it is no call of Varlink. */
bool control_calls_take(
	const char *text, size_t length, struct buffer *out, struct control_wanted *ret_wanted);

/* Append the answers to both. The file's descriptor goes with the first byte. The reason is NULL if
 * messages are not recorded. */
void control_calls_put_backup(struct buffer *out, uint64_t size);
void control_calls_refuse_backup(struct buffer *out, const char *reason);
/* What the call names is not there. */
void control_calls_refuse_missing(struct buffer *out, const struct report_call *call);
/* The act was done or refused, see outbox_acted(). The result is the request whose answer has the
 * next part, or 0. */
uint64_t control_calls_put_acted(struct buffer *out, const char *text);
void control_calls_refuse(struct buffer *out, const char *reason);
/* The report needs several parts, and the caller has not asked for "more". */
void control_calls_expect_more(struct buffer *out);
