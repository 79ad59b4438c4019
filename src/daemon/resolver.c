/* Owns the unanswered questions for names; must not know who asks. */
#include "daemon/resolver.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "proto/resolve_message.h"

/* Each needs a descriptor until the resolver answers. More of them wait, and beyond MOST_QUESTIONS
 * clients stay without a name. */
#define MOST_AT_ONCE 64
#define MOST_QUESTIONS 1024

/* Addresses of a name that are compared; a name with more is none of a client. */
#define MOST_ADDRESSES 64

struct question {
	struct resolver *resolver;
	struct list in_resolver;
	uint64_t session;
	uint64_t request;
	struct address address;
	struct resolve_call *call;
	char *name; /* unconfirmed; NULL until the first answer */
};

struct resolver {
	struct resolving *resolving;
	resolver_done_fn on_done;
	void *data;
	struct list questions;
};

static void free_question(struct question *question)
{
	list_remove(&question->in_resolver);
	resolve_call_free(question->call);
	free(question->name);
	free(question);
}

/* NULL: no name. The question is freed first, because the answer may end the session with all its
 * questions. */
static void finish_question(struct question *question, const char *name)
{
	struct resolver *resolver = question->resolver;
	uint64_t session = question->session, request = question->request;
	CLEANUP(mem_freep) char *answer = mem_text(name);

	free_question(question);
	resolver->on_done(resolver->data, session, request, answer);
}

static bool is_same_host(const struct address *a, const struct address *b)
{
	size_t n_bytes = a->family == ADDRESS_FAMILY_IPV4 ? 4 : 16;

	return a->family == b->family && memcmp(a->bytes, b->bytes, n_bytes) == 0;
}

/* The owner of an address can claim any name; only the owner of the name can confirm it. */
static enum resolve_answer read_confirmation(
	const struct address *address, const char *text, size_t length)
{
	struct address addresses[MOST_ADDRESSES];
	size_t count = 0;
	enum resolve_answer answer =
		resolve_read_addresses(text, length, addresses, MOST_ADDRESSES, &count);

	if (answer != RESOLVE_ANSWER_YES)
		return answer;
	for (size_t i = 0; i < count; i++)
		if (is_same_host(&addresses[i], address))
			return RESOLVE_ANSWER_YES;
	return RESOLVE_ANSWER_NO;
}

static void ask_for_confirmation(struct question *question)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	resolve_ask_addresses(question->name, question->address.family, &out);
	resolve_call_again(question->call, &out);
}

/* The first answer is a name; the second confirms that it leads back to the address. */
static void on_name_reply(void *data, const char *text, size_t length)
{
	struct question *question = data;
	struct resolving *resolving = question->resolver->resolving;
	enum resolve_answer answer;

	if (!text) {
		finish_question(question, NULL);
		return;
	}
	if (question->name) {
		answer = read_confirmation(&question->address, text, length);
	} else {
		answer = resolve_read_name(text, length, &question->name);
		if (answer == RESOLVE_ANSWER_YES) {
			ask_for_confirmation(question);
			return;
		}
	}
	if (answer == RESOLVE_ANSWER_STRANGE)
		resolving_complain(
			resolving, "its answer is not in the format of io.systemd.Resolve");
	else
		resolving_praise(resolving);
	finish_question(question, answer == RESOLVE_ANSWER_YES ? question->name : NULL);
}

bool resolver_ask(struct resolver *resolver, uint64_t session, uint64_t request,
	const struct address *address, uint32_t timeout_ms)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct question *question = mem_new(sizeof(*question));

	question->resolver = resolver;
	question->session = session;
	question->request = request;
	question->address = *address;
	list_init(&question->in_resolver);
	resolve_ask_name(address, &out);
	question->call =
		resolve_call_new(resolver->resolving, &out, timeout_ms, on_name_reply, question);
	if (!question->call) {
		free_question(question);
		return false;
	}
	list_add_last(&resolver->questions, &question->in_resolver);
	return true;
}

struct resolver *resolver_new(const struct resolver_needs *needs)
{
	struct resolver *resolver = mem_new(sizeof(*resolver));

	resolver->on_done = needs->on_done;
	resolver->data = needs->data;
	list_init(&resolver->questions);
	resolver->resolving = resolving_new(&(struct resolving_needs){
		.loop = needs->loop,
		.log = needs->log,
		.sockets = needs->sockets,
		.most_at_once = MOST_AT_ONCE,
		.most_calls = MOST_QUESTIONS,
	});
	return resolver;
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	resolving_stop(resolver->resolving);
	while (!list_is_empty(&resolver->questions))
		free_question(LIST_FIRST(&resolver->questions, struct question, in_resolver));
	resolving_free(resolver->resolving);
	free(resolver);
}

void resolver_use(struct resolver *resolver, const char *socket)
{
	resolving_use(resolver->resolving, socket);
}

void resolver_forget(struct resolver *resolver, uint64_t session)
{
	struct question *question, *after;

	LIST_EACH_SAFE (question, after, &resolver->questions, in_resolver)
		if (question->session == session)
			free_question(question);
}

uint64_t resolver_next_deadline(const struct resolver *resolver)
{
	return resolving_next_deadline(resolver->resolving);
}

void resolver_tick(struct resolver *resolver)
{
	resolving_tick(resolver->resolving);
}
