/* Owns the connections to papod-mail. */
#include "daemon/mailer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "action/mailing.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "net/dialogue.h"
#include "net/unix_socket.h"
#include "proto/mail_code.h"
#include "proto/mail_lines.h"
#include "world/mails.h"

#define MAILS_AT_ONCE 4
#define MAIL_TRIES 3
#define RETRY_MS 2000
/* papod-mail gives sendmail less time than this. */
#define ANSWER_MS 75000

/* A mail that is being sent. */
struct sending {
	struct mailer *mailer;
	uint64_t request;	  /* of the mail; 0: this place is free */
	struct dialogue dialogue; /* closed: it waits for its next try */
	char hash[MAIL_CODE_HASH_BYTES];
	uint64_t deadline_ms; /* in the loop's clock: of the answer, or of the next try */
	unsigned int tries;
};

struct mailer {
	struct mailer_needs needs;
	struct sending sendings[MAILS_AT_ONCE];
	uint32_t n_sendings; /* places that are in use */
	uint64_t submitted;  /* the request number of the last mail that has a place, or had one */
	bool is_failing;     /* it was logged */
};

static const struct world *world_of_mailer(const struct mailer *mailer)
{
	return engine_world(mailer->needs.engine);
}

/* The place is free before the event, which may bring the next mail. */
static void end_sending(struct sending *sending, enum mailed status)
{
	char hash[MAIL_CODE_HASH_BYTES];
	struct event event = {
		.kind = EVENT_MAILED,
		.request = sending->request,
		.status = status,
		.text = hash,
	};

	text_copy(hash, sizeof(hash), status == MAILED_YES ? sending->hash : "");
	event.text_length = strlen(hash);
	dialogue_close(&sending->dialogue);
	sending->request = 0;
	sending->mailer->n_sendings--;
	engine_handle(sending->mailer->needs.engine, &event);
}

/* Failures */

static void log_mail_failure(struct mailer *mailer, const char *reason)
{
	if (!mailer->is_failing)
		log_entry(mailer->needs.log, LOGBOOK_MAIL_FAILED, "SOCKET",
			world_of_mailer(mailer)->settings->mail.socket, "REASON", reason);
	mailer->is_failing = true;
}

static void log_mail_success(struct mailer *mailer)
{
	if (mailer->is_failing)
		log_entry(mailer->needs.log, LOGBOOK_MAIL_WORKS, "SOCKET",
			world_of_mailer(mailer)->settings->mail.socket);
	mailer->is_failing = false;
}

/* Try again a little later, unless it was tried often enough. */
static void miss_try(struct sending *sending, const char *reason)
{
	struct mailer *mailer = sending->mailer;

	dialogue_close(&sending->dialogue);
	if (sending->tries < MAIL_TRIES) {
		sending->deadline_ms = loop_now_ms(mailer->needs.loop) + RETRY_MS;
		return;
	}
	log_mail_failure(mailer, reason);
	end_sending(sending, MAILED_FAILED);
}

/* The answer */

static void take_mail_answer(struct sending *sending, const char *line, size_t length)
{
	CLEANUP(mail_answer_done) struct mail_answer answer = { 0 };
	char reason[MAIL_REASON_BYTES];

	if (!mail_parse_answer(line, length, reason, &answer)) {
		miss_try(sending, reason);
	} else if (answer.result == MAIL_RESULT_SENT) {
		log_mail_success(sending->mailer);
		end_sending(sending, MAILED_YES);
	} else if (answer.result == MAIL_RESULT_REFUSED) {
		end_sending(sending, MAILED_REFUSED);
	} else {
		miss_try(sending, answer.reason ? answer.reason : "papod-mail gives no reason");
	}
}

static void use_mail_input(struct sending *sending)
{
	size_t length;
	const char *line = dialogue_next(&sending->dialogue, '\n', &length);

	if (line)
		take_mail_answer(sending, line, length);
	else if (dialogue_left(&sending->dialogue) > MAIL_LINE_BYTES)
		miss_try(sending, "the answer of papod-mail is too long");
}

static void on_sending_ready(void *data, uint32_t events)
{
	struct sending *sending = data;
	int error = dialogue_go_on(&sending->dialogue, events);

	if (error == -EPIPE)
		miss_try(sending, "papod-mail closed the connection without an answer");
	else if (error)
		miss_try(sending, strerror(-error));
	else
		use_mail_input(sending);
	mailer_submit(sending->mailer);
}

/* Sending */

/* A negative errno: the socket is not there, or its queue is full. */
static int connect_mail(struct sending *sending)
{
	const char *path = world_of_mailer(sending->mailer)->settings->mail.socket;
	int fd = unix_socket_connect(path);

	if (fd < 0)
		return fd;
	return dialogue_open(
		&sending->dialogue, sending->mailer->needs.loop, fd, on_sending_ready, sending);
}

/* Each try has a code of its own, and that of the last one counts. False: nothing is to be sent. */
static bool write_mail(struct sending *sending)
{
	const struct world *world = world_of_mailer(sending->mailer);
	const struct mail *mail = mail_find(world, sending->request);
	CLEANUP(mail_message_done) struct mail_message message = { 0 };
	uint8_t random[MAIL_CODE_RANDOM_BYTES];
	char code[MAIL_CODE_BYTES], reason[MAIL_REASON_BYTES];
	bool is_written;

	if (!mail || getrandom(random, sizeof(random), 0) != (ssize_t) sizeof(random))
		return false;
	mail_code_write(random, code);
	mail_code_hash(code, sending->hash);
	is_written = mailing_compose(world, mail, code, &message) &&
		     mail_format_message(&message, reason, &sending->dialogue.out);
	explicit_bzero(code, sizeof(code));
	explicit_bzero(random, sizeof(random));
	return is_written;
}

static void try_sending(struct sending *sending)
{
	int error;

	if (!write_mail(sending)) {
		end_sending(sending, MAILED_FAILED);
		return;
	}
	sending->tries++;
	sending->deadline_ms = loop_now_ms(sending->mailer->needs.loop) + ANSWER_MS;
	error = connect_mail(sending);
	if (error)
		miss_try(sending, strerror(-error));
}

static struct sending *find_mail_place(struct mailer *mailer)
{
	for (size_t i = 0; i < MAILS_AT_ONCE; i++)
		if (!mailer->sendings[i].request)
			return &mailer->sendings[i];
	return NULL;
}

/* The oldest mail that has not been here yet. */
static const struct mail *next_mail(const struct mailer *mailer)
{
	const struct mail *mail;

	LIST_EACH (mail, &world_of_mailer(mailer)->mails, in_world)
		if (!mail->hash && mail->request > mailer->submitted)
			return mail;
	return NULL;
}

void mailer_submit(struct mailer *mailer)
{
	const struct mail *mail;
	struct sending *place;

	while ((place = find_mail_place(mailer)) && (mail = next_mail(mailer))) {
		place->request = mailer->submitted = mail->request;
		place->tries = 0;
		mailer->n_sendings++;
		try_sending(place);
	}
}

void mailer_close(struct mailer *mailer)
{
	for (size_t i = 0; i < MAILS_AT_ONCE; i++) {
		dialogue_close(&mailer->sendings[i].dialogue);
		mailer->sendings[i].request = 0;
	}
	mailer->n_sendings = 0;
	mailer->submitted = 0;
}

uint64_t mailer_next_deadline(const struct mailer *mailer)
{
	uint64_t first_ms = UINT64_MAX;

	for (size_t i = 0; mailer->n_sendings && i < MAILS_AT_ONCE; i++)
		if (mailer->sendings[i].request)
			first_ms = loop_earlier(first_ms, mailer->sendings[i].deadline_ms);
	return first_ms;
}

/* At each turn of the loop, mostly without any mail. */
void mailer_tick(struct mailer *mailer)
{
	uint64_t now_ms = loop_now_ms(mailer->needs.loop);

	for (size_t i = 0; mailer->n_sendings && i < MAILS_AT_ONCE; i++) {
		struct sending *sending = &mailer->sendings[i];

		if (!sending->request || sending->deadline_ms > now_ms)
			continue;
		if (dialogue_is_open(&sending->dialogue))
			miss_try(sending, "papod-mail gave no answer in time");
		else
			try_sending(sending);
	}
	if (world_of_mailer(mailer)->n_mails)
		mailer_submit(mailer);
}

struct mailer *mailer_new(const struct mailer_needs *needs)
{
	struct mailer *mailer = mem_new(sizeof(*mailer));

	mailer->needs = *needs;
	for (size_t i = 0; i < MAILS_AT_ONCE; i++) {
		mailer->sendings[i].mailer = mailer;
		mailer->sendings[i].dialogue.out.is_secret = true;
	}
	return mailer;
}

void mailer_free(struct mailer *mailer)
{
	if (!mailer)
		return;
	mailer_close(mailer);
	free(mailer);
}
