/* Owns the lookups that are under way. */
#include "push/names.h"

#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/dialogue.h"
#include "net/socket_address.h"
#include "net/unix_socket.h"
#include "proto/resolve_message.h"
#include "service/detached_thread.h"

#define MOST_ANSWER_BYTES 65536

/* Shared with the thread: the last of both frees it. */
struct thread_lookup {
	char *host;
	int fd;	    /* closed when the result is there */
	int result; /* of getaddrinfo(3) */
	struct addrinfo *found;
	int n_owners;
};

struct lookup {
	struct lookup_needs needs;
	struct dialogue dialogue;     /* with systemd-resolved, or the pipe of the thread */
	struct thread_lookup *thread; /* NULL: systemd-resolved is asked */
	uint64_t deadline_ms;
	bool has_failed; /* to begin */
};

/* The end */

static void release_thread_lookup(struct thread_lookup *thread)
{
	if (!thread || __atomic_sub_fetch(&thread->n_owners, 1, __ATOMIC_ACQ_REL))
		return;
	if (thread->found)
		freeaddrinfo(thread->found);
	free(thread->host);
	free(thread);
}

void lookup_free(struct lookup *lookup)
{
	if (!lookup)
		return;
	dialogue_close(&lookup->dialogue);
	release_thread_lookup(lookup->thread);
	free(lookup);
}

static void finish_lookup(struct lookup *lookup, const struct address *addresses,
	size_t n_addresses, const char *reason)
{
	lookup_fn on_done = lookup->needs.on_done;
	void *data = lookup->needs.data;

	lookup_free(lookup);
	on_done(data, addresses, n_addresses, n_addresses ? NULL : reason);
}

static void finish_found(struct lookup *lookup, const struct address *addresses, size_t n_addresses)
{
	if (n_addresses > NAMES_MOST)
		finish_lookup(lookup, NULL, 0, "the host has too many addresses");
	else
		finish_lookup(lookup, addresses, n_addresses, "the host has no address");
}

/* The C library */

static void run_thread_lookup(void *data)
{
	static const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	struct thread_lookup *thread = data;
	int fd = thread->fd;

	thread->result = getaddrinfo(thread->host, NULL, &hints, &thread->found);
	release_thread_lookup(thread);
	close(fd);
}

static void on_thread_done(void *data, uint32_t events)
{
	struct lookup *lookup = data;
	struct address addresses[NAMES_MOST + 1];
	size_t n_addresses = 0;

	(void) events;
	if (lookup->thread->result) {
		finish_lookup(lookup, NULL, 0, gai_strerror(lookup->thread->result));
		return;
	}
	for (const struct addrinfo *at = lookup->thread->found; at && n_addresses <= NAMES_MOST;
		at = at->ai_next)
		n_addresses += socket_address_read(at->ai_addr, &addresses[n_addresses]);
	finish_found(lookup, addresses, n_addresses);
}

static bool ask_c_library(struct lookup *lookup)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	lookup->thread = mem_new(sizeof(*lookup->thread));
	lookup->thread->host = mem_text(lookup->needs.host);
	lookup->thread->fd = ends[1];
	lookup->thread->n_owners = 2;
	if (!detached_thread_start(run_thread_lookup, lookup->thread)) {
		lookup->thread->n_owners = 1;
		close(ends[0]);
		close(ends[1]);
		return false;
	}
	return dialogue_open(
		       &lookup->dialogue, lookup->needs.loop, ends[0], on_thread_done, lookup) == 0;
}

/* systemd-resolved */

static void use_resolved_answer(struct lookup *lookup, const char *text, size_t length)
{
	struct address addresses[NAMES_MOST + 1];
	size_t n_addresses = 0;

	if (resolve_read_addresses(text, length, addresses, NAMES_MOST + 1, &n_addresses) ==
		RESOLVE_ANSWER_YES)
		finish_found(lookup, addresses, n_addresses);
	else
		finish_lookup(lookup, NULL, 0, "systemd-resolved finds no address");
}

static void on_resolved_ready(void *data, uint32_t events)
{
	struct lookup *lookup = data;
	struct dialogue *dialogue = &lookup->dialogue;
	const char *text;
	size_t length;

	if (dialogue_go_on(dialogue, events) || dialogue_left(dialogue) > MOST_ANSWER_BYTES) {
		finish_lookup(lookup, NULL, 0, "systemd-resolved gives no answer");
		return;
	}
	text = dialogue_next(dialogue, '\0', &length);
	if (text)
		use_resolved_answer(lookup, text, length);
}

/* False: it does not run. */
static bool ask_systemd_resolved(struct lookup *lookup)
{
	int fd = unix_socket_connect(lookup->needs.resolver);

	if (fd < 0)
		return false;
	resolve_ask_addresses(lookup->needs.host, ADDRESS_FAMILY_NONE, &lookup->dialogue.out);
	return dialogue_open(
		       &lookup->dialogue, lookup->needs.loop, fd, on_resolved_ready, lookup) == 0;
}

struct lookup *lookup_new(const struct lookup_needs *needs)
{
	struct lookup *lookup = mem_new(sizeof(*lookup));

	lookup->needs = *needs;
	lookup->deadline_ms = loop_now_ms(needs->loop) + needs->timeout_ms;
	if (!ask_systemd_resolved(lookup) && !ask_c_library(lookup)) {
		lookup->has_failed = true;
		lookup->deadline_ms = 0;
	}
	return lookup;
}

uint64_t lookup_deadline(const struct lookup *lookup)
{
	return lookup->deadline_ms;
}

void lookup_time_out(struct lookup *lookup)
{
	finish_lookup(lookup, NULL, 0,
		lookup->has_failed ? "there is no descriptor or thread to look up the host"
				   : "the host was not found in time");
}
