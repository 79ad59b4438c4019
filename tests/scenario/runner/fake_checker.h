/* An outside checker of passwords, as papod-checker(7) describes it, that answers at once. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/checker_lines.h"

#define FAKE_CHECKER_USERS 16

struct fake_checker {
	struct {
		char *name, *secret, *account;
	} users[FAKE_CHECKER_USERS];
	size_t n_users;
	uint64_t trouble; /* this is every answer; 0: it works */
};

void fake_checker_done(struct fake_checker *checker);
/* It knows the password of a name, or a token whose name is "*". False: too many. */
bool fake_checker_add(
	struct fake_checker *checker, const char *name, const char *secret, const char *account);
/* The status and the text of the EVENT_ANSWER. */
uint64_t fake_checker_answer(const struct fake_checker *checker,
	const struct checker_request *request, struct buffer *text);
