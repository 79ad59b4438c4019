/* Messages on their way to push services: RFC 8030 5.
 *
 * Each is looked up, checked, encrypted and sent a few times until the service takes it. Its answer
 * is remembered for a while: a papod that crashed before it read it asks again, and the message is
 * not sent again. */
#pragma once

#include <stdint.h>

#include "base/log.h"
#include "net/loop.h"
#include "proto/push_lines.h"
#include "push/vapid.h"

struct transfers;

struct transfers_needs {
	struct loop *loop;
	const struct log *log;
	const struct vapid *vapid;
	const char *resolver; /* see names.h */
	const char *ca_file;  /* NULL: the certificates that the system trusts */
	/* The message of this id was answered. */
	void (*on_answer)(void *data, const char *id, enum push_result result, const char *reason);
	void *data;
};

/* What papod.conf says; the texts are borrowed until the next call. */
struct transfers_policy {
	const char *contact; /* NULL: none */
	char *const *allow;
	size_t n_allow;
};

/* NULL: curl cannot be used. */
struct transfers *transfers_new(const struct transfers_needs *needs);
void transfers_free(struct transfers *transfers); /* NULL is allowed */
void transfers_use(struct transfers *transfers, const struct transfers_policy *policy);

/* Takes what the message owns. It is answered later, or at once if it was before. */
void transfers_start(struct transfers *transfers, struct push_message *message);

uint64_t transfers_next_deadline(const struct transfers *transfers);
void transfers_tick(struct transfers *transfers);
