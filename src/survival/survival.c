/* Owns what the next process inherits: the clients' sockets, the log of events and the memories;
 * when they are created, and when a failed start is retried. */
#include "survival/survival.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "survival/pace.h"

struct survival {
	struct survival_needs needs;
	struct event_log *event_log; /* NULL: nothing is kept. The same for the next */
	struct parking *parking;
	struct memories *memories;
	struct saver *saver;
	struct pace starts;    /* of log and lots; only own_ms and n_own_failures are used */
	size_t logged_waiting; /* number of unparked clients in the last log entry */
};

struct survival *survival_new(const struct survival_needs *needs)
{
	struct survival *survival = mem_new(sizeof(*survival));
	struct memories_needs memories = { .log = needs->saver.log, .keeper = needs->keeper };

	memcpy(memories.bytes, needs->memory_bytes, sizeof(memories.bytes));
	survival->needs = *needs;
	survival->memories = memories_new(&memories);
	survival->saver = saver_new(&needs->saver);
	return survival;
}

static void set_log(struct survival *survival, struct event_log *log)
{
	survival->event_log = log;
	saver_set_log(survival->saver, log);
}

void survival_forget(struct survival *survival)
{
	struct event_log *log = survival->event_log;

	set_log(survival, NULL);
	event_log_free(log);
	parking_free(TAKE(survival->parking));
}

void survival_free(struct survival *survival)
{
	if (!survival)
		return;
	saver_free(survival->saver);
	memories_free(survival->memories);
	event_log_free(survival->event_log);
	parking_free(survival->parking);
	free(survival);
}

struct event_log *survival_event_log(const struct survival *survival)
{
	return survival->event_log;
}

struct parking *survival_parking(const struct survival *survival)
{
	return survival->parking;
}

bool survival_has_lost_byte_counts(const struct survival *survival)
{
	return memories_has_lost_byte_counts(survival->memories);
}

static uint64_t survival_now_ms(const struct survival *survival)
{
	return survival->needs.saver.now_ms(survival->needs.saver.data);
}

static const struct log *survival_log(const struct survival *survival)
{
	return survival->needs.saver.log;
}

static void tell_survival_news(const struct survival *survival)
{
	survival->needs.saver.on_news(survival->needs.saver.data);
}

static int store_log(const struct survival *survival)
{
	int error = 0;

	for (enum event_log_file file = 0; file < EVENT_LOG_FILES && !error; file++)
		error = keeper_keep(&survival->needs.keeper,
			event_log_fd(survival->event_log, file), event_log_file_name(file));
	return error;
}

static int store_lots(const struct survival *survival)
{
	const struct parking_end *ends = parking_ends(survival->parking);
	int error = 0;

	for (size_t i = 0; i < PARKING_ENDS && !error; i++)
		if (!ends[i].is_kept)
			error = keeper_keep(&survival->needs.keeper, ends[i].fd, ends[i].name);
	return error;
}

/* survival_tick() tries again. */
static void give_up(struct survival *survival, int error)
{
	if (!survival->starts.n_own_failures)
		log_entry(survival_log(survival), LOGBOOK_NOT_KEPT, "REASON", strerror(-error));
	survival_forget(survival);
	pace_own_failed(&survival->starts, survival_now_ms(survival));
	tell_survival_news(survival);
}

static int make_log_and_lots(struct survival *survival)
{
	struct event_log *log;
	int error = event_log_new(&log);

	if (error)
		return error;
	set_log(survival, log);
	error = parking_open(NULL, 0, &survival->parking);
	if (!error)
		error = store_log(survival);
	return error ? error : store_lots(survival);
}

/* Partial lines can move to shared memory only before the first connection. */
static int make_memories(struct survival *survival)
{
	void *data = survival->needs.saver.data;
	int error = memories_make(survival->memories, !survival->needs.has_connections(data));

	survival->needs.use(data, survival->memories);
	return error;
}

/* Without a keeper nothing outlives the process, so there is no log and no parking until a
 * handover. */
void survival_start(struct survival *survival)
{
	int error = 0;

	if (survival->needs.keeper.is_there)
		error = make_log_and_lots(survival);
	if (!error)
		error = make_memories(survival);
	if (error)
		give_up(survival, error);
}

static void drop_log_and_lots(const struct survival *survival)
{
	for (size_t i = 0; i < EVENT_LOG_FILES; i++)
		keeper_drop(&survival->needs.keeper, event_log_file_name(i));
	for (size_t i = 0; i < PARKING_LOTS; i++)
		keeper_drop(&survival->needs.keeper, parking_name_of_lot(i));
}

void survival_end(const struct survival *survival)
{
	drop_log_and_lots(survival);
	memories_drop(survival->memories);
}

/* Park all now, not a batch in each turn. */
static void park_the_rest(const struct survival *survival)
{
	uint64_t now_ms = survival_now_ms(survival);

	while (parking_waiting(survival->parking) &&
		parking_next_deadline(survival->parking) <= now_ms)
		parking_tick(survival->parking, now_ms);
}

static void begin_new_log(const struct survival *survival)
{
	survival->needs.begin_log(survival->needs.saver.data);
	park_the_rest(survival);
}

/* Start the log and the lots again, with the clients that are connected. */
static void start_again(struct survival *survival)
{
	int error;

	drop_log_and_lots(survival);
	error = make_log_and_lots(survival);
	if (!error)
		error = make_memories(survival);
	if (!error) {
		begin_new_log(survival);
		error = survival_save_now(survival);
	}
	if (error) {
		give_up(survival, error);
		return;
	}
	pace_own_done(&survival->starts, survival_now_ms(survival), 0);
	log_entry(survival_log(survival), LOGBOOK_KEPT_AGAIN);
	tell_survival_news(survival);
}

static int take_log(struct descriptors *inherited, int fds[EVENT_LOG_FILES])
{
	int n = 0;

	for (size_t i = 0; i < EVENT_LOG_FILES; i++) {
		fds[i] = descriptors_take(inherited, event_log_file_name(i));
		n += fds[i] >= 0;
	}
	return n;
}

static size_t take_lots(struct descriptors *inherited, struct parking_end ends[PARKING_ENDS])
{
	size_t n = 0;

	for (size_t i = 0; i < inherited->count && n < PARKING_ENDS; i++)
		if (inherited->files[i].fd >= 0 && parking_knows(inherited->files[i].name))
			ends[n++] = (struct parking_end){ inherited->files[i].name,
				descriptors_take_at(inherited, i), true };
	return n;
}

/* Drop unusable lots, whose names must not be mixed with those of new ones. */
static void drop_lots(
	const struct survival *survival, const struct parking_end *ends, size_t n_ends)
{
	for (size_t i = 0; i < n_ends; i++) {
		keeper_drop(&survival->needs.keeper, ends[i].name);
		if (!survival->parking)
			close(ends[i].fd);
	}
}

/* A later release may have stored more. After an upgrade back to it, it must not find outdated
 * files. */
static void drop_unknown(const struct survival *survival, const struct descriptors *inherited)
{
	for (size_t i = 0; i < inherited->count; i++)
		if (inherited->files[i].fd >= 0)
			keeper_drop(&survival->needs.keeper, inherited->files[i].name);
}

static const char *open_lots(
	struct survival *survival, const struct parking_end *ends, size_t n_ends)
{
	int error = parking_open(ends, n_ends, &survival->parking);

	if (!error)
		error = store_lots(survival);
	if (!error)
		return NULL;
	drop_lots(survival, ends, n_ends);
	return "the clients' sockets were not kept";
}

bool survival_take(
	struct survival *survival, struct descriptors *inherited, const char **ret_reason)
{
	int log_fds[EVENT_LOG_FILES];
	struct parking_end ends[PARKING_ENDS];
	size_t n_ends = take_lots(inherited, ends);
	int n_files = take_log(inherited, log_fds);
	const char *log_reason = NULL, *lots_reason;

	*ret_reason = NULL;
	if (!n_ends && !n_files)
		return false;
	memories_take(survival->memories, inherited);
	survival->needs.use(survival->needs.saver.data, survival->memories);
	drop_unknown(survival, inherited);
	set_log(survival, event_log_open(log_fds, &log_reason));
	lots_reason = open_lots(survival, ends, n_ends);
	*ret_reason = lots_reason ? lots_reason : log_reason;
	return true;
}

int survival_walk(struct survival *survival, const struct parking_visitor *visitor)
{
	struct parking *parking = TAKE(survival->parking);
	int error = parking_walk(parking, visitor);

	survival->parking = parking;
	return error;
}

int survival_park(struct survival *survival, int fd, uint64_t id, const char *listener)
{
	return survival->parking ? parking_add(survival->parking, fd, id, listener) : 0;
}

void survival_park_later(const struct survival *survival, int fd, uint64_t id, const char *listener)
{
	if (survival->parking)
		(void) parking_add_later(survival->parking, fd, id, listener);
}

void survival_unpark(const struct survival *survival, uint64_t id)
{
	if (survival->parking)
		parking_forget(survival->parking, id);
}

void survival_describe(const struct survival *survival, struct buffer *out)
{
	if (!survival->needs.keeper.is_there)
		return;
	if (!survival_has_log(survival))
		buffer_put_text(out, "; a restart would disconnect clients, see the log");
	else if (saver_is_failing(survival->saver))
		buffer_put_text(out, "; snapshots fail, see the log");
	if (survival->logged_waiting)
		buffer_format(out, "; a restart would disconnect %zu clients, raise LimitNOFILE=",
			survival->logged_waiting);
}

bool survival_has_log(const struct survival *survival)
{
	return survival->event_log && !saver_has_gap(survival->saver);
}

void survival_log_event(struct survival *survival, const struct buffer *bytes)
{
	if (survival_has_log(survival) && !event_log_add_event(survival->event_log, bytes))
		saver_note_gap(survival->saver);
}

void survival_log_done(struct survival *survival, uint64_t fingerprint, size_t n_effects)
{
	if (survival_has_log(survival) &&
		!event_log_add_done(survival->event_log, fingerprint, n_effects))
		saver_note_gap(survival->saver);
}

void survival_log_note(
	struct survival *survival, enum event_log_kind kind, struct event_log_note note)
{
	if (survival_has_log(survival) && !event_log_add_note(survival->event_log, kind, note))
		saver_note_gap(survival->saver);
}

/* Log the first time, whenever the number has doubled, and when all are parked again. */
static void log_waiting(struct survival *survival)
{
	size_t n_waiting = parking_waiting(survival->parking);
	struct buffer reason = { 0 };

	if (n_waiting ? n_waiting < 2 * survival->logged_waiting : !survival->logged_waiting)
		return;
	buffer_format(&reason, "%zu clients could not be parked; raise LimitNOFILE=", n_waiting);
	if (n_waiting)
		log_entry(survival_log(survival), LOGBOOK_NOT_KEPT, "REASON", reason.bytes);
	else
		log_entry(survival_log(survival), LOGBOOK_KEPT_AGAIN);
	buffer_done(&reason);
	survival->logged_waiting = n_waiting;
	tell_survival_news(survival);
}

/* When a failed start is tried again; UINT64_MAX: it succeeded, or is not needed. */
static uint64_t next_start(const struct survival *survival)
{
	return survival->event_log || !survival->needs.keeper.is_there ? UINT64_MAX
								       : survival->starts.own_ms;
}

void survival_tick(struct survival *survival)
{
	if (next_start(survival) <= survival_now_ms(survival))
		start_again(survival);
	if (!survival->event_log)
		return;
	parking_tick(survival->parking, survival_now_ms(survival));
	log_waiting(survival);
	saver_tick(survival->saver);
}

uint64_t survival_next_deadline(const struct survival *survival)
{
	uint64_t parking_ms, snapshot_ms;

	if (!survival->event_log)
		return next_start(survival);
	parking_ms = parking_next_deadline(survival->parking);
	snapshot_ms = saver_next_deadline(survival->saver);
	return parking_ms < snapshot_ms ? parking_ms : snapshot_ms;
}

int survival_save_now(struct survival *survival)
{
	return saver_save_now(survival->saver);
}

const char *survival_prepare(struct survival *survival)
{
	if (!memories_bytes(survival->memories, MEMORY_PARTIALS))
		return "there was no memory for the state that the next program inherits";
	if (!survival->event_log) {
		if (survival->needs.keeper.is_there || make_log_and_lots(survival) < 0)
			return "the clients' sockets could not be stored";
		begin_new_log(survival);
	}
	park_the_rest(survival);
	return parking_waiting(survival->parking)
		       ? "not all clients can be handed over; raise the limit of open files"
		       : NULL;
}

void survival_list(const struct survival *survival, struct descriptors *list)
{
	const struct parking_end *ends = parking_ends(survival->parking);

	for (enum event_log_file i = 0; i < EVENT_LOG_FILES; i++)
		descriptors_add(list, event_log_fd(survival->event_log, i), event_log_file_name(i));
	for (size_t i = 0; i < PARKING_ENDS; i++)
		descriptors_add(list, ends[i].fd, ends[i].name);
	memories_list(survival->memories, list);
}

void survival_settle(struct survival *survival)
{
	bool has_sleepers = survival->parking && parking_asleep(survival->parking);

	if (!survival->needs.keeper.is_there && !has_sleepers)
		survival_forget(survival);
}
