/* Owns the carrying out of effects, and the answers to those that take long. */
#include <string.h>

#include "base/mem.h"
#include "daemon/password.h"
#include "daemon/server.h"

#define EXPECTED_EFFECTS 32

static void answer(struct server *server, uint64_t session, uint64_t request, uint64_t status,
	const char *text)
{
	struct event event = {
		.kind = EVENT_ANSWER,
		.session = session,
		.request = request,
		.status = status,
		.text = text,
		.text_length = strlen(text),
	};

	requests_remove(&server->requests, request);
	engine_handle(server->engine, &event);
}

static void verify_run(struct job *job)
{
	job->status = password_matches(job->password, job->hash) ? ANSWER_YES : ANSWER_NO;
}

static void verify(struct server *server, uint64_t session, const struct request *request)
{
	struct job *job = job_new(verify_run, session, request->id);

	job->hash = mem_text(request->hash);
	job->password = mem_text(request->password);
	if (!worker_add(server->verifier, job))
		answer(server, session, request->id, ANSWER_BUSY, "");
}

void server_verified(void *data, const struct job *job)
{
	answer(data, job->session, job->request, job->status, "");
}

static void look_up(struct server *server, uint64_t session, const struct request *request)
{
	if (!resolver_ask(server->resolver, session, request->id, &request->address,
		    server->settings->dns_timeout_ms))
		answer(server, session, request->id, ANSWER_BUSY, "");
}

void server_named(void *data, uint64_t session, uint64_t request, const char *name)
{
	answer(data, session, request, name ? ANSWER_YES : ANSWER_NO, name ? name : "");
}

void server_ask(
	struct server *server, uint32_t kind, uint64_t session, const struct request *request)
{
	requests_add(&server->requests, kind, session, request);
	if (server->is_replaying)
		return;
	if (kind == EFFECT_VERIFY)
		verify(server, session, request);
	else
		look_up(server, session, request);
}

/* Nobody waits for the answers any more. */
static void forget_session(struct server *server, uint64_t session)
{
	requests_forget(&server->requests, session);
	worker_forget(server->verifier, session);
	resolver_forget(server->resolver, session);
}

static void carry_out(struct server *server, const struct effect *effect)
{
	switch (effect->kind) {
	case EFFECT_SEND:
		connection_send(server->connections, effect->session, effect->line);
		return;
	case EFFECT_CLOSE:
		forget_session(server, effect->session);
		connection_close(server->connections, effect->session);
		return;
	case EFFECT_PAUSE:
		connection_pause(server->connections, effect->session);
		return;
	case EFFECT_RESUME:
		connection_resume(server->connections, effect->session);
		return;
	case EFFECT_LIMITS:
		connection_set_limits(server->connections, effect->session,
			effect->limits.send_queue, effect->limits.receive_queue);
		return;
	case EFFECT_NOTIFY:
		connection_notify_drained(server->connections, effect->session);
		return;
	case EFFECT_VERIFY:
	case EFFECT_LOOKUP:
		server_ask(server, effect->kind, effect->session, effect->request);
		return;
	case EFFECT_RELOAD:
		server->wants_reload = true; /* outside of this event */
		server->reload_session = effect->session;
		loop_again(server->loop);
		return;
	case EFFECT_RESTART:
		if (server->is_replaying)
			return; /* it has happened */
		server_restart(server, effect->session);
		return;
	case EFFECT_LOG:
		if (server->is_replaying)
			return; /* it was logged */
		log_fields(server->log, effect->log->entry, effect->log->fields);
		return;
	}
}

static void expect(const struct server *server, const struct outbox *outbox, size_t from)
{
	for (size_t i = from; i < outbox->count && i < from + EXPECTED_EFFECTS; i++)
		connection_expect(server->connections, outbox->effects[i].session);
}

void server_carry_out(struct server *server, const struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++) {
		if (i % EXPECTED_EFFECTS == 0)
			expect(server, outbox, i);
		carry_out(server, &outbox->effects[i]);
	}
}
