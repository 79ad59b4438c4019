/* Owns the change from one set of listeners to the next at a reload: unchanged ones are not
 * touched. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/listener.h"

/* One spec and its state. */
struct wish {
	const struct listener_spec *spec;
	struct target target;
	bool has_target;
	bool is_served;
};

static void log_failed(struct listeners *all, const struct listener_spec *spec, const char *where,
	const char *reason)
{
	if (all->is_retrying)
		return;
	log_entry(all->log, LOGBOOK_LISTEN_FAILED, "LISTENER", spec->name, "ADDRESS", where,
		"REASON", reason, "ORIGIN", "papod");
}

/* Explain an address in use if another listener of papod uses it. False: none does. */
static bool explain_own(
	const struct listeners *all, const struct target *target, int error, struct buffer *out)
{
	for (size_t i = 0; i < all->count && error == -EADDRINUSE; i++) {
		const struct listener *listener = all->items[i];

		if (!target_overlaps(&listener->target, target))
			continue;
		buffer_format(out,
			"papod itself listens at %s already, with the listener \"%s\"%s; leave "
			"one of them out",
			listener->where, listener->name,
			listener->is_passed ? " from papod.socket" : "");
		return true;
	}
	return false;
}

static void log_target_failed(struct listeners *all, const struct listener_spec *spec,
	const struct target *target, int error)
{
	CLEANUP(buffer_done) struct buffer where = { 0 };
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	target_describe(target, &where);
	if (!explain_own(all, target, error, &reason))
		target_explain(target, spec, error, &reason);
	log_failed(all, spec, buffer_text(&where), buffer_text(&reason));
}

static void claim_listener(struct listeners *all, struct listener *listener, struct wish *wish)
{
	const char *path = target_path(&listener->target);
	int error = 0;

	wish->is_served = true;
	if (listener->is_wanted)
		return;
	listener->is_wanted = true;
	listener->rate = wish->spec->rate;
	mem_set_text(&listener->name, wish->spec->name);
	if (path && !listener->is_passed)
		error = target_permit(path, wish->spec);
	if (error)
		log_target_failed(all, wish->spec, &listener->target, error);
}

static bool is_what_was_asked(const struct listener *listener, const struct target *target)
{
	if (listener->is_passed)
		return target_port(target) || target_path(target)
			       ? target_serves(&listener->target, target)
			       : false;
	/* Listeners on port 0 are never shared. */
	if (!target_port(target) && !target_path(target) && listener->is_wanted)
		return false;
	return target_equals(&listener->target, target);
}

static void claim_target(struct listeners *all, struct wish *wish)
{
	const struct target *target = &wish->target;

	for (size_t i = 0; i < all->count; i++) {
		if (!is_what_was_asked(all->items[i], target))
			continue;
		claim_listener(all, all->items[i], wish);
		if (!target_port(target))
			break;
	}
}

static void make_wish(struct listeners *all, const struct listener_spec *spec, struct wish *wish)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	wish->spec = spec;
	wish->has_target = target_resolve(spec, &wish->target, &reason);
	if (wish->has_target)
		claim_target(all, wish);
	else
		log_failed(
			all, spec, spec->path ? spec->path : spec->address, buffer_text(&reason));
}

static void close_unwanted(struct listeners *all)
{
	size_t kept = 0;

	for (size_t i = 0; i < all->count; i++) {
		struct listener *listener = all->items[i];

		if (listener->is_wanted || listener->is_passed) {
			all->items[kept++] = listener;
			continue;
		}
		log_entry(all->log, LOGBOOK_LISTENER_CLOSED, "LISTENER", listener->name, "ADDRESS",
			listener->where);
		listener_unlink(listener);
		listener_free(listener);
	}
	all->count = kept;
}

static int open_listener(
	struct listeners *all, const struct listener_spec *spec, const struct target *target)
{
	struct listener *listener;
	int fd, error = target_open(target, spec, &fd);

	if (!error)
		error = listener_add(all, fd, target, spec->name, &listener);
	if (error)
		return error;
	listener->is_wanted = true;
	listener->rate = spec->rate;
	log_entry(all->log, LOGBOOK_LISTENING, "LISTENER", listener->name, "ADDRESS",
		listener->where, "ORIGIN", "papod");
	return 0;
}

static void await_socket(struct listeners *all, struct wish *wish)
{
	buffer_put_text(&all->awaited, all->awaited.length ? " " : "");
	if (wish->target.is_dual) /* papod.socket has one socket per family */
		buffer_format(&all->awaited, "0.0.0.0:%u%s ", target_port(&wish->target),
			wish->target.is_datagram ? "/udp" : "");
	target_describe(&wish->target, &all->awaited);
	wish->is_served = true; /* soon, by the service manager */
}

static void open_wish(struct listeners *all, struct wish *wish)
{
	int error = open_listener(all, wish->spec, &wish->target);

	wish->is_served = !error;
	if (error)
		log_target_failed(all, wish->spec, &wish->target, error);
}

static void fulfil_wish(struct listeners *all, struct wish *wish)
{
	if (wish->is_served || !wish->has_target)
		return;
	claim_target(all, wish); /* an earlier spec may have opened the same socket */
	if (!wish->is_served && wish->spec->is_for_manager)
		await_socket(all, wish);
	else if (!wish->is_served)
		open_wish(all, wish);
}

static void forget_wishes(struct listeners *all)
{
	for (size_t i = 0; i < all->count; i++)
		all->items[i]->is_wanted = false;
}

/* Clients of streams identify themselves; for datagrams only the configuration defines who may
 * send. */
static void name_unclaimed(struct listeners *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct listener *listener = all->items[i];

		if (!listener->is_passed || listener->is_wanted)
			continue;
		mem_set_text(&listener->name, listener->passed_name);
		if (listener->target.is_datagram && !all->is_retrying)
			log_entry(all->log, LOGBOOK_DATAGRAMS_UNREAD, "LISTENER", listener->name,
				"ADDRESS", listener->where);
	}
}

int listeners_apply(struct listeners *listeners, const struct listener_spec *specs, size_t n_specs)
{
	CLEANUP(mem_freep) struct wish *wishes = mem_new(n_specs * sizeof(*wishes));
	int n_missing = 0;

	forget_wishes(listeners);
	buffer_clear(&listeners->awaited);
	for (size_t i = 0; i < n_specs; i++)
		make_wish(listeners, &specs[i], &wishes[i]);
	/* Close first, as new listeners may need the same port. */
	close_unwanted(listeners);
	name_unclaimed(listeners);
	for (size_t i = 0; i < n_specs; i++) {
		fulfil_wish(listeners, &wishes[i]);
		n_missing += !wishes[i].is_served;
	}
	listener_watch_all(listeners);
	return n_missing;
}

int listeners_retry(struct listeners *listeners, const struct listener_spec *specs, size_t n_specs)
{
	int n_missing;

	listeners->is_retrying = true;
	n_missing = listeners_apply(listeners, specs, n_specs);
	listeners->is_retrying = false;
	return n_missing;
}
