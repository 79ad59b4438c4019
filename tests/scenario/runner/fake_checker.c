/* Owns what the outside checker of a scenario knows. */
#include "fake_checker.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "world/event.h"

void fake_checker_done(struct fake_checker *checker)
{
	for (size_t i = 0; i < checker->n_users; i++) {
		free(checker->users[i].name);
		free(checker->users[i].secret);
		free(checker->users[i].account);
	}
	*checker = (struct fake_checker){ 0 };
}

bool fake_checker_add(
	struct fake_checker *checker, const char *name, const char *secret, const char *account)
{
	if (checker->n_users == FAKE_CHECKER_USERS)
		return false;
	checker->users[checker->n_users].name = mem_text(name);
	checker->users[checker->n_users].secret = mem_text(secret);
	checker->users[checker->n_users++].account = mem_text(account);
	return true;
}

uint64_t fake_checker_answer(const struct fake_checker *checker,
	const struct checker_request *request, struct buffer *text)
{
	bool is_token = request->kind == CHECKER_KIND_TOKEN;
	const char *account = request->texts[CHECKER_TEXT_ACCOUNT];
	const char *name = is_token ? "*" : account;
	const char *secret = request->texts[is_token ? CHECKER_TEXT_TOKEN : CHECKER_TEXT_PASSWORD];

	if (checker->trouble)
		return checker->trouble;
	for (size_t i = 0; i < checker->n_users; i++)
		if (strcmp(checker->users[i].name, name) == 0 &&
			strcmp(checker->users[i].secret, secret) == 0) {
			buffer_put_text(text, checker->users[i].account);
			return ANSWER_VOUCHED;
		}
	buffer_put_text(text, account ? account : "*");
	return ANSWER_NO;
}
