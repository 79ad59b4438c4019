/* Owns the unanswered questions; must not know who asks, nor the JSON (varlink.c). */
#include "daemon/resolver.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/mem.h"
#include "daemon/reverse_lookup.h"
#include "daemon/varlink.h"
#include "daemon/worker.h"
#include "net/unix_socket.h"

/* Each needs a descriptor until resolved answers. More of them wait, and beyond MOST_QUESTIONS
 * clients stay without a name. */
#define MOST_AT_ONCE 64
#define MOST_QUESTIONS 1024
#define MOST_ANSWER_BYTES 65536

#define RESOLVED "systemd-resolved"
#define NO_ANSWER                                                                                  \
	"systemd-resolved does not run, and the C library cannot reach a name server; "            \
	"clients keep their addresses; start systemd-resolved, or set dns: { reverse = false; }"

struct question {
	struct resolver *resolver;
	struct list in_resolver;
	struct heap_node timer;
	uint64_t session;
	uint64_t request;
	struct address address;
	int fd; /* -1: it waits, or the worker has it */
	struct loop_watch *watch;
	struct buffer out;
	struct buffer in;
	char *name; /* unconfirmed; NULL until the first answer */
};

struct resolver {
	struct loop *loop;
	const struct log *log;
	char *socket_path;
	struct resolver_calls calls;
	struct worker *worker;
	struct list questions; /* all unanswered ones */
	struct list waiting;
	struct heap timers;
	size_t n_questions;
	size_t n_connected;
	bool is_complaining; /* a failure was logged, and no question has succeeded since */
};

static void report_failure(struct resolver *resolver, const char *helper, const char *reason)
{
	if (!resolver->is_complaining)
		log_entry(resolver->log, LOGBOOK_HELPER_FAILED, "HELPER", helper, "REASON", reason);
	resolver->is_complaining = true;
}

static void free_question(struct question *question)
{
	list_remove(&question->in_resolver);
	heap_remove(&question->resolver->timers, &question->timer);
	question->resolver->n_questions--;
	loop_watch_remove(question->watch);
	if (question->fd >= 0) {
		close(question->fd);
		question->resolver->n_connected--;
	}
	buffer_done(&question->out);
	buffer_done(&question->in);
	free(question->name);
	free(question);
}

static void start_waiting(struct resolver *resolver);

/* End a question and start the next; NULL: no name. The question is freed first, because the answer
 * may end the session with all its questions. */
static void finish_question(struct question *question, const char *name)
{
	struct resolver *resolver = question->resolver;
	uint64_t session = question->session, request = question->request;
	CLEANUP(mem_freep) char *answer = mem_text(name);

	free_question(question);
	resolver->calls.on_done(resolver->calls.data, session, request, answer);
	start_waiting(resolver);
}

static void lose_question(struct question *question)
{
	report_failure(question->resolver, RESOLVED, "it closed the connection without an answer");
	finish_question(question, NULL);
}

/* False: the connection is lost. */
static bool flush_question(struct question *question)
{
	if (unix_socket_flush(question->fd, &question->out))
		return false;
	loop_watch_change(question->watch, question->out.length ? EPOLLIN | EPOLLOUT : EPOLLIN);
	return true;
}

/* The first answer is a name; the second confirms that it leads back to the address. */
static void on_resolver_answer(struct question *question, const char *text, size_t length)
{
	enum varlink_answer answer;

	if (question->name) {
		answer = varlink_read_addresses(text, length, &question->address);
	} else {
		answer = varlink_read_name(text, length, &question->name);
		if (answer == VARLINK_YES) {
			varlink_ask_addresses(question->name, &question->address, &question->out);
			buffer_clear(&question->in);
			if (!flush_question(question))
				lose_question(question);
			return;
		}
	}
	if (answer == VARLINK_STRANGE)
		report_failure(question->resolver, RESOLVED,
			"its answer is not in the format of io.systemd.Resolve");
	else
		question->resolver->is_complaining = false;
	finish_question(question, answer == VARLINK_YES ? question->name : NULL);
}

static void on_readable(struct question *question)
{
	char bytes[4096];
	ssize_t got = recv(question->fd, bytes, sizeof(bytes), 0);
	const char *end;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0 || question->in.length + (size_t) got > MOST_ANSWER_BYTES) {
		lose_question(question);
		return;
	}
	buffer_put(&question->in, bytes, (size_t) got);
	end = memchr(question->in.bytes, '\0', question->in.length);
	if (end)
		on_resolver_answer(
			question, question->in.bytes, (size_t) (end - question->in.bytes));
}

static void on_resolver_ready(void *data, uint32_t events)
{
	struct question *question = data;

	if ((events & EPOLLOUT) && !flush_question(question))
		lose_question(question);
	else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		on_readable(question);
}

bool resolver_has_resolved(const char *socket_path)
{
	int fd = unix_socket_connect(socket_path);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void ask_worker(struct question *question)
{
	struct job *job = job_new(reverse_lookup_run, question->session, question->request);

	job->address = question->address;
	if (!worker_add(question->resolver->worker, job)) /* the next tick ends the question */
		heap_set(&question->resolver->timers, &question->timer, 0);
}

static void ask_resolved(struct question *question)
{
	struct resolver *resolver = question->resolver;

	resolver->n_connected++;
	varlink_ask_name(&question->address, &question->out);
	question->watch = loop_watch_new(resolver->loop, question->fd, on_resolver_ready, question);
	if (loop_watch_change(question->watch, EPOLLIN | EPOLLOUT) < 0)
		heap_set(&resolver->timers, &question->timer, 0);
}

static void start_question(struct question *question)
{
	list_remove(&question->in_resolver);
	list_add_last(&question->resolver->questions, &question->in_resolver);
	question->fd = unix_socket_connect(question->resolver->socket_path);
	if (question->fd < 0) {
		question->fd = -1;
		ask_worker(question);
	} else {
		ask_resolved(question);
	}
}

static void start_waiting(struct resolver *resolver)
{
	while (!list_is_empty(&resolver->waiting) && resolver->n_connected < MOST_AT_ONCE)
		start_question(LIST_FIRST(&resolver->waiting, struct question, in_resolver));
}

bool resolver_ask(struct resolver *resolver, uint64_t session, uint64_t request,
	const struct address *address, uint32_t timeout_ms)
{
	struct question *question;

	if (resolver->n_questions >= MOST_QUESTIONS)
		return false;
	question = mem_new(sizeof(*question));
	question->resolver = resolver;
	question->session = session;
	question->request = request;
	question->address = *address;
	question->fd = -1;
	list_init(&question->in_resolver);
	list_add_last(&resolver->waiting, &question->in_resolver);
	resolver->n_questions++;
	heap_set(&resolver->timers, &question->timer, loop_now_ms(resolver->loop) + timeout_ms);
	start_waiting(resolver);
	return true;
}

/* The question may have timed out, or its client be gone. */
static void on_job_done(void *data, const struct job *job)
{
	struct resolver *resolver = data;
	struct question *question;

	LIST_EACH (question, &resolver->questions, in_resolver) {
		if (question->request != job->request || question->fd >= 0)
			continue;
		if (job->status == EIO)
			report_failure(resolver, "C library", NO_ANSWER);
		else
			resolver->is_complaining = false;
		finish_question(question, job->status == 0 ? job->text : NULL);
		return;
	}
}

int resolver_new(struct loop *loop, const struct log *log, const char *socket_path,
	const struct resolver_calls *calls, struct resolver **ret_resolver)
{
	struct resolver *resolver = mem_new(sizeof(*resolver));
	int error;

	resolver->loop = loop;
	resolver->log = log;
	resolver->socket_path = mem_text(socket_path);
	resolver->calls = *calls;
	list_init(&resolver->questions);
	list_init(&resolver->waiting);
	error = worker_new(loop, MOST_QUESTIONS, on_job_done, resolver, &resolver->worker);
	if (error) {
		resolver_free(resolver);
		return error;
	}
	*ret_resolver = resolver;
	return 0;
}

static void free_questions(struct list *questions)
{
	while (!list_is_empty(questions))
		free_question(LIST_FIRST(questions, struct question, in_resolver));
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	free_questions(&resolver->questions);
	free_questions(&resolver->waiting);
	worker_free(resolver->worker);
	heap_done(&resolver->timers);
	free(resolver->socket_path);
	free(resolver);
}

static void forget_questions(struct list *questions, uint64_t session)
{
	struct question *question, *after;

	LIST_EACH_SAFE (question, after, questions, in_resolver)
		if (question->session == session)
			free_question(question);
}

void resolver_forget(struct resolver *resolver, uint64_t session)
{
	if (list_is_empty(&resolver->questions))
		return;
	forget_questions(&resolver->questions, session);
	forget_questions(&resolver->waiting, session);
	worker_forget(resolver->worker, session);
	start_waiting(resolver);
}

uint64_t resolver_next_deadline(const struct resolver *resolver)
{
	const struct heap_node *first = heap_first(&resolver->timers);

	return first ? first->deadline_ms : UINT64_MAX;
}

/* A job that the worker has not begun would only delay later questions. */
static void give_up_question(struct question *question)
{
	if (question->fd < 0)
		worker_forget(question->resolver->worker, question->session);
	finish_question(question, NULL);
}

void resolver_tick(struct resolver *resolver)
{
	struct heap_node *first;

	while ((first = heap_first(&resolver->timers)) &&
		first->deadline_ms <= loop_now_ms(resolver->loop))
		give_up_question(CONTAINER_OF(first, struct question, timer));
}
