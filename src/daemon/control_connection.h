/* The connections of callers of the control socket, for the files that answer their calls. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "daemon/control.h"
#include "daemon/control_calls.h"
#include "daemon/control_import.h"
#include "daemon/control_messages.h"
#include "daemon/control_report.h"
#include "daemon/readings.h"
#include "net/reception.h"

#define MOST_CALLERS 16

/* One connection. It is read only while no answer is under way, so a caller that does not read its
 * answers has at most one of them waiting, and a second read of calls. */
struct caller {
	struct control *control;
	struct list node;
	int fd;
	struct loop_watch *watch;
	struct buffer in;
	struct buffer out;
	int passed_fd;		      /* goes with the first byte of the answer; -1: none */
	enum control_request awaited; /* the answer comes when the copy or import is complete */
	uint64_t copy;		      /* the number of that */
	uint64_t act_request;	      /* its act is done with the answer to that; 0: none is */
	bool is_reporting;	      /* the next part follows when this one is sent: */
	struct control_parts parts;
	struct reading *reading; /* of the history, which is reported; NULL: none */
	enum report_kind past_kind;
	struct control_import import;	   /* its answer comes when all is stored */
	struct control_messages *messages; /* likewise; NULL: none */
	bool may_have_parts;		   /* the answer; it was asked for with "more" */
	bool has_ended;			   /* it sends no more calls, but reads answers */
	uint64_t deadline_ms;		   /* it is closed then */
};

/* A copy of one of the databases. */
struct copying {
	struct control *control;
	enum control_request request;
	bool is_under_way;
	uint64_t number; /* counts the copies */
};

struct control {
	struct control_needs needs;
	int listener; /* -1: none */
	struct reception *reception;
	bool is_inherited;
	struct list callers;
	struct caller *acting; /* whose act is carried out now; NULL: none is */
	bool has_acted;	       /* the last act was not refused */
	struct readings *readings;
	struct copying copies[CONTROL_REQUESTS];
};

void caller_add(struct control *control, int fd);
void caller_close(struct caller *caller);
/* Close it, and log why. */
void caller_refuse(struct caller *caller, const char *reason);
/* The time until it is closed begins again. */
void caller_give_time(struct caller *caller);

/* The NUL behind the next call; NULL: it is incomplete. */
const char *caller_find_call(const struct caller *caller);
/* Can the next call be answered? */
bool caller_has_call(const struct caller *caller);
/* Can the next part of its answer be made? */
bool caller_has_part(const struct caller *caller);

/* Send what can be sent, and wait for what comes next. The caller may be gone afterwards. */
void caller_go_on(struct caller *caller);
