/* Owns slow questions and their answers. */
#include "daemon/helpers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "action/login_reading.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/blocklists.h"
#include "daemon/checker.h"
#include "daemon/mailer.h"
#include "daemon/password_jobs.h"
#include "daemon/pusher.h"
#include "daemon/remembered.h"
#include "daemon/requests.h"
#include "daemon/resolver.h"
#include "daemon/worker.h"
#include "net/loop.h"
#include "proto/casemap.h"
#include "proto/history_row.h"
#include "proto/invitation_text.h"
#include "proto/mail_code.h"
#include "proto/totp.h"
#include "world/history.h"
#include "world/login.h"

struct helpers {
	struct engine *engine;
	struct worker *verifier; /* passwords only: name servers must not delay them */
	struct resolver *resolver;
	struct blocklists *blocklists;
	struct checker *checker;
	struct storage *storage;
	struct mailer *mailer;
	struct pasts *pasts;
	struct pusher *pusher;
	struct remembered *remembered;
	struct requests requests;
	helpers_files_fn ask_gates; /* NULL: there are none */
	void *gates;
};

static void handle_answer(struct helpers *helpers, struct event *event)
{
	event->kind = EVENT_ANSWER;
	event->text_length = strlen(event->text);
	requests_remove(&helpers->requests, event->request);
	engine_handle(helpers->engine, event);
}

static void send_answer(struct helpers *helpers, uint64_t session, uint64_t request,
	uint64_t status, const char *text)
{
	handle_answer(helpers, &(struct event){
				       .session = session,
				       .request = request,
				       .status = status,
				       .text = text,
			       });
}

static void on_worked(void *data, const struct job *job)
{
	const struct helpers *helpers = data;
	bool is_only_code_wrong = job->lacks_code && job->status == ANSWER_YES;

	if (job->status == ANSWER_YES && job->hash && !mail_code_is_hash(job->hash))
		remembered_add(helpers->remembered, job->hash, job->password);
	handle_answer(data, &(struct event){
				    .session = job->session,
				    .request = job->request,
				    .status = job->lacks_code ? ANSWER_NO : job->status,
				    .number = job->number,
				    .step = is_only_code_wrong ? TOTP_STEP_WRONG : job->step,
				    .text = job->text ? job->text : "",
			    });
}

/* A password that matched lately needs no slow check, unless its verifier is wanted. */
static bool is_remembered(const struct helpers *helpers, const struct job *job)
{
	return !password_job_wants_verifier(job) &&
	       remembered_knows(helpers->remembered, job->hash, job->password);
}

/* A code alone, or a password that matched lately, needs no slow check; but a password is checked
 * behind a wrong code, too. Takes what the job owns. */
static void check_password(struct helpers *helpers, struct job *job)
{
	uint64_t session = job->session, request = job->request;

	password_job_split_code(job);
	if (!job->hash || is_remembered(helpers, job)) {
		job->status = ANSWER_YES;
		on_worked(helpers, job);
		job_free(job);
	} else if (!worker_add(helpers->verifier, job)) {
		send_answer(helpers, session, request, ANSWER_BUSY, "");
	}
}

static void verify_password(
	struct helpers *helpers, uint64_t session, const struct request *request)
{
	const struct session *asker = session_find(engine_world(helpers->engine), session);
	bool is_login = asker && login_of(asker);
	struct job *job = job_new(
		is_login ? password_job_verify_account : password_job_verify, session, request->id);

	job->hash = mem_text(request->hash);
	job->password = mem_text(request->password);
	check_password(helpers, job);
}

/* The checker decides who a token belongs to; the client may have asked for somebody else. */
static bool is_answer_for(
	const struct world *world, const struct checker_request *asked, const char *account)
{
	const char *wanted = asked->texts[CHECKER_TEXT_ACCOUNT];

	return asked->kind != CHECKER_KIND_TOKEN || !wanted ||
	       casemap_equals(world->casemap, wanted, account);
}

static void send_no(struct helpers *helpers, uint64_t session_id, uint64_t request,
	const struct checker_request *asked)
{
	const struct world *world = engine_world(helpers->engine);
	const struct session *session = session_find(world, session_id);
	CLEANUP(mem_freep)
	char *name =
		session ? login_name_of_failure(world, session, asked->texts[CHECKER_TEXT_ACCOUNT])
			: NULL;

	send_answer(helpers, session_id, request, ANSWER_NO, name ? name : "");
}

static void on_checked(void *data, uint64_t session, uint64_t request,
	const struct checker_request *asked, const struct checker_answer *answer)
{
	const struct helpers *helpers = data;
	bool is_yes = answer->result == CHECKER_RESULT_OK &&
		      is_answer_for(engine_world(helpers->engine), asked, answer->account);

	if (is_yes)
		send_answer(data, session, request, ANSWER_VOUCHED, answer->account);
	else if (answer->result <= CHECKER_RESULT_NO)
		send_no(data, session, request, asked);
	else
		send_answer(data, session, request,
			answer->result == CHECKER_RESULT_BUSY ? ANSWER_BUSY : ANSWER_UNCHECKED, "");
}

/* Takes what the question owns. */
static void ask_checker(struct helpers *helpers, uint64_t session, uint64_t request,
	struct checker_request *question)
{
	if (!checker_ask(helpers->checker, session, request, question))
		send_answer(helpers, session, request, ANSWER_BUSY, "");
}

static void check_outside(
	struct helpers *helpers, uint64_t session_id, const struct request *request)
{
	const struct session *session = session_find(engine_world(helpers->engine), session_id);
	struct checker_request question;

	if (!session)
		return;
	login_ask_checker(session, request->account, request->password, &question);
	ask_checker(helpers, session_id, request->id, &question);
}

/* The text says who has logged in, or is the last message of the mechanism. */
static void authenticate(struct helpers *helpers, uint64_t session_id, uint64_t request)
{
	const struct world *world = engine_world(helpers->engine);
	const struct session *session = session_find(world, session_id);
	CLEANUP(login_question_done) struct login_question question = { 0 };
	enum login_reading reading = session && login_of(session)
					     ? login_read(world, session, &question)
					     : LOGIN_READING_WRONG;
	struct job *job;

	if (reading == LOGIN_READING_ASK) {
		ask_checker(helpers, session_id, request, &question.request);
		return;
	}
	if (reading != LOGIN_READING_CHECK) {
		send_answer(helpers, session_id, request, login_reading_answer(reading),
			buffer_text(&question.text));
		return;
	}
	job = job_new(password_job_verify_account, session_id, request);
	job->hash = TAKE(question.hash);
	job->password = TAKE(question.password);
	job->text = mem_text(buffer_text(&question.text));
	job->number = question.account;
	check_password(helpers, job);
}

static void derive_verifier(
	struct helpers *helpers, uint64_t session, const struct request *request)
{
	struct job *job =
		job_new(request->hash ? password_job_derive_with_code : password_job_derive,
			session, request->id);

	job->hash = mem_text(request->hash);
	job->password = mem_text(request->password);
	if (!worker_add(helpers->verifier, job))
		send_answer(helpers, session, request->id, ANSWER_BUSY, "");
}

static void make_secret(struct helpers *helpers, uint64_t session, const struct request *request)
{
	struct totp_secret secret = { .length = TOTP_NEW_BYTES };
	CLEANUP(buffer_done) struct buffer text = { .is_secret = true };
	char hash[INVITATION_HASH_BYTES], *both;
	bool is_made = getrandom(secret.bytes, secret.length, 0) == TOTP_NEW_BYTES;

	totp_secret_format(&secret, &text);
	invitation_hash(text.bytes, hash);
	both = totp_hash(text.bytes, hash);
	send_answer(helpers, session, request->id, is_made ? ANSWER_YES : ANSWER_BUSY,
		is_made ? both : "");
	explicit_bzero(&secret, sizeof(secret));
	mem_free_secret(both);
}

static void look_up(struct helpers *helpers, uint64_t session, const struct request *request)
{
	const struct settings *settings = engine_world(helpers->engine)->settings;

	if (!resolver_ask(helpers->resolver, session, request->id, &request->address,
		    settings->dns_timeout_ms))
		send_answer(helpers, session, request->id, ANSWER_BUSY, "");
}

static void on_named(void *data, uint64_t session, uint64_t request, const char *name)
{
	send_answer(data, session, request, name ? ANSWER_YES : ANSWER_NO, name ? name : "");
}

static void on_recalled(void *data, uint64_t session, uint64_t request, const struct buffer *answer)
{
	struct helpers *helpers = data;
	struct event event = { .kind = EVENT_ANSWER,
		.session = session,
		.request = request,
		.status = answer ? ANSWER_YES : ANSWER_NO,
		.text = answer ? buffer_text(answer) : "",
		.text_length = answer ? answer->length : 0 };

	requests_remove(&helpers->requests, request);
	engine_handle(helpers->engine, &event);
}

void helpers_use_gates(struct helpers *helpers, helpers_files_fn ask, void *data)
{
	helpers->ask_gates = ask;
	helpers->gates = data;
}

void helpers_report_files(
	struct helpers *helpers, uint64_t session, uint64_t request, const struct buffer *report)
{
	on_recalled(helpers, session, request, report);
}

static void ask_gates(struct helpers *helpers, uint64_t session, const struct request *request)
{
	if (helpers->ask_gates)
		helpers->ask_gates(helpers->gates, session, request->id, request->question);
	else
		send_answer(helpers, session, request->id, ANSWER_NO, "");
}

static void ask_helper(
	struct helpers *helpers, uint32_t kind, uint64_t session, const struct request *request)
{
	requests_add(&helpers->requests, kind, session, request);
	if (kind == EFFECT_VERIFY)
		verify_password(helpers, session, request);
	else if (kind == EFFECT_AUTHENTICATE)
		authenticate(helpers, session, request->id);
	else if (kind == EFFECT_CHECK)
		check_outside(helpers, session, request);
	else if (kind == EFFECT_DERIVE)
		derive_verifier(helpers, session, request);
	else if (kind == EFFECT_SECRET)
		make_secret(helpers, session, request);
	else if (kind == EFFECT_RECALL)
		pasts_ask(helpers->pasts, session, request->id, request->question);
	else if (kind == EFFECT_UPLOADS)
		ask_gates(helpers, session, request);
	else if (kind == EFFECT_BLOCKLISTS)
		blocklists_ask(helpers->blocklists, session, request->id, &request->address);
	else
		look_up(helpers, session, request);
}

/* Who wants something to be removed is told if that is lost. */
static void change_history(struct helpers *helpers, const struct effect *effect)
{
	struct event event = {
		.kind = EVENT_HISTORY, .session = effect->session, .status = HISTORY_STORE_LOST
	};

	if (!pasts_add(helpers->pasts, effect->bytes) &&
		history_request_is_removal(effect->bytes->bytes, effect->bytes->length))
		engine_handle(helpers->engine, &event);
}

void helpers_ask(struct helpers *helpers, const struct effect *effect)
{
	if (effect->kind == EFFECT_STORE)
		storage_submit(helpers->storage);
	else if (effect->kind == EFFECT_MAIL)
		mailer_submit(helpers->mailer);
	else if (effect->kind == EFFECT_HISTORY)
		change_history(helpers, effect);
	else if (effect->kind == EFFECT_PUSH)
		pusher_submit(helpers->pusher);
	else
		ask_helper(helpers, effect->kind, effect->session, effect->request);
}

void helpers_note(struct helpers *helpers, const struct effect *effect)
{
	if (effect->kind == EFFECT_HISTORY)
		(void) pasts_add(helpers->pasts, effect->bytes);
	else if (effect_has_request(effect->kind))
		requests_add(&helpers->requests, effect->kind, effect->session, effect->request);
}

void helpers_use_settings(struct helpers *helpers)
{
	struct settings *settings = engine_world(helpers->engine)->settings;

	checker_use(helpers->checker, settings->accounts.checker, settings->accounts.checker_ms);
	resolver_use(helpers->resolver, settings->dns_socket);
	blocklists_use(helpers->blocklists, settings);
}

void helpers_begin(struct helpers *helpers)
{
	helpers_use_settings(helpers);
	storage_begin(helpers->storage);
	pasts_begin(helpers->pasts);
	mailer_submit(helpers->mailer);
	pusher_submit(helpers->pusher);
}

void helpers_settle(struct helpers *helpers)
{
	storage_settle(helpers->storage);
	pasts_close(helpers->pasts);
}

void helpers_close(struct helpers *helpers)
{
	storage_close(helpers->storage);
	pasts_close(helpers->pasts);
	mailer_close(helpers->mailer);
	pusher_close(helpers->pusher);
}

struct pasts *helpers_pasts(const struct helpers *helpers)
{
	return helpers->pasts;
}

struct storage *helpers_storage(const struct helpers *helpers)
{
	return helpers->storage;
}

void helpers_ask_again(struct helpers *helpers)
{
	struct requests requests = helpers->requests;

	helpers_use_settings(helpers);
	helpers->requests = (struct requests){ 0 };
	for (size_t i = 0; i < requests.count; i++)
		ask_helper(helpers, requests.asked[i].kind, requests.asked[i].session,
			&requests.asked[i].request);
	requests_done(&requests);
}

void helpers_note_answer(struct helpers *helpers, uint64_t request)
{
	requests_remove(&helpers->requests, request);
}

void helpers_forget(struct helpers *helpers, uint64_t session)
{
	requests_forget(&helpers->requests, session);
	worker_forget(helpers->verifier, session);
	resolver_forget(helpers->resolver, session);
	blocklists_forget(helpers->blocklists, session);
	checker_forget(helpers->checker, session);
}

void helpers_forget_all(struct helpers *helpers)
{
	requests_done(&helpers->requests);
	pasts_forget(helpers->pasts);
}

const struct blocklists *helpers_blocklists(const struct helpers *helpers)
{
	return helpers->blocklists;
}

size_t helpers_count(const struct helpers *helpers)
{
	return helpers->requests.count;
}

void helpers_save(const struct helpers *helpers, struct buffer *out, uint16_t id)
{
	requests_save(out, id, &helpers->requests);
}

void helpers_load(struct helpers *helpers, struct pack record)
{
	requests_load(&helpers->requests, record);
}

uint64_t helpers_next_deadline(const struct helpers *helpers)
{
	uint64_t resolver_ms = loop_earlier(resolver_next_deadline(helpers->resolver),
		blocklists_next_deadline(helpers->blocklists));
	uint64_t storage_ms = loop_earlier(
		storage_next_deadline(helpers->storage), pasts_next_deadline(helpers->pasts));
	uint64_t pusher_ms = pusher_next_deadline(helpers->pusher);

	return loop_earlier(checker_next_deadline(helpers->checker),
		loop_earlier(mailer_next_deadline(helpers->mailer),
			loop_earlier(pusher_ms, loop_earlier(resolver_ms, storage_ms))));
}

void helpers_tick(struct helpers *helpers)
{
	checker_tick(helpers->checker);
	resolver_tick(helpers->resolver);
	blocklists_tick(helpers->blocklists);
	storage_tick(helpers->storage);
	pasts_tick(helpers->pasts);
	mailer_tick(helpers->mailer);
	pusher_tick(helpers->pusher);
}

int helpers_new(const struct helpers_needs *needs, struct helpers **ret_helpers)
{
	struct helpers *helpers = mem_new(sizeof(*helpers));
	int error;

	helpers->engine = needs->engine;
	helpers->remembered = remembered_new();
	helpers->checker = checker_new(
		&(struct checker_needs){ needs->loop, needs->log, on_checked, helpers });
	error = worker_new(
		needs->loop, needs->most_passwords, on_worked, helpers, &helpers->verifier);
	if (error) {
		helpers_free(helpers);
		return error;
	}
	helpers->resolver = resolver_new(&(struct resolver_needs){
		.loop = needs->loop,
		.log = needs->log,
		.sockets = needs->sockets,
		.on_done = on_named,
		.data = helpers,
	});
	helpers->blocklists = blocklists_new(&(struct blocklists_needs){
		.loop = needs->loop,
		.log = needs->log,
		.sockets = needs->sockets,
		.on_done = on_recalled,
		.data = helpers,
	});
	/* Last, as it takes descriptors that the others need. */
	helpers->storage =
		storage_new(&(struct storage_needs){ needs->loop, needs->log, needs->engine });
	helpers->pasts = pasts_new(&(struct past_needs){
		.loop = needs->loop,
		.log = needs->log,
		.engine = needs->engine,
		.on_answer = on_recalled,
		.data = helpers,
	});
	helpers->mailer =
		mailer_new(&(struct mailer_needs){ needs->loop, needs->log, needs->engine });
	helpers->pusher =
		pusher_new(&(struct pusher_needs){ needs->loop, needs->log, needs->engine });
	*ret_helpers = helpers;
	return 0;
}

void helpers_free(struct helpers *helpers)
{
	if (!helpers)
		return;
	worker_free(helpers->verifier);
	resolver_free(helpers->resolver);
	blocklists_free(helpers->blocklists);
	checker_free(helpers->checker);
	storage_free(helpers->storage);
	pasts_free(helpers->pasts);
	mailer_free(helpers->mailer);
	pusher_free(helpers->pusher);
	remembered_free(helpers->remembered);
	requests_done(&helpers->requests);
	free(helpers);
}
