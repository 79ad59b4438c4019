/* Owns the conversation with PAM. PAM authenticates and says whether the account may be used; no
 * session is opened, because no one works on this machine.
 *
 * PAM would sleep after a failure. papod itself delays the answers to its clients, so that sleep
 * would only keep others waiting. */
#include "auth_pam/pam_login.h"

#include <errno.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define MOST_PASSWD_BYTES (1 << 20) /* getpwnam_r(3) */

static void set_answer(struct checker_answer *answer, enum checker_result result, const char *text)
{
	answer->result = result;
	answer->text = mem_text(text);
}

/* The user */

/* 0, also if there is no such user: then *ret_found is NULL; or an errno. The bytes belong to the
 * caller. */
static int find_passwd(
	const char *name, struct passwd *user, struct buffer *bytes, struct passwd **ret_found)
{
	int error = ERANGE;

	for (size_t size = 4096; error == ERANGE && size <= MOST_PASSWD_BYTES; size *= 2) {
		buffer_clear(bytes);
		error = getpwnam_r(name, user, buffer_extend(bytes, size), size, ret_found);
	}
	/* getpwnam(3) lists what modules return if there is no such user. */
	return *ret_found || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM
		       ? 0
		       : error;
}

/* The name as the system writes it, which the caller frees; NULL: the answer says why it may not
 * log in. */
static char *find_person(
	const struct pam_login *login, const char *name, struct checker_answer *answer)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct passwd user, *found = NULL;
	int error = find_passwd(name, &user, &bytes, &found);

	if (error)
		set_answer(answer, CHECKER_RESULT_ERROR, strerror(error));
	else if (!found)
		set_answer(answer, CHECKER_RESULT_NO, "there is no such user");
	else if (found->pw_uid < login->least_uid)
		set_answer(answer, CHECKER_RESULT_NO, "the user belongs to the system");
	else
		return mem_text(found->pw_name);
	return NULL;
}

/* The conversation */

struct conversation {
	const char *user;
	const char *password;
};

static void free_responses(struct pam_response *responses, int count)
{
	for (int i = 0; i < count; i++)
		mem_free_secret(responses[i].resp);
	free(responses);
}

/* NULL: PAM says something, and wants no answer. */
static const char *answer_question(const struct conversation *conversation, int style)
{
	switch (style) {
	case PAM_PROMPT_ECHO_OFF:
		return conversation->password;
	case PAM_PROMPT_ECHO_ON:
		return conversation->user;
	}
	return NULL;
}

/* pam_conv(3). PAM's modules free the responses. */
static int converse(int count, const struct pam_message **messages,
	struct pam_response **ret_responses, void *data)
{
	const struct conversation *conversation = data;
	struct pam_response *responses;
	const char *answer;

	if (count <= 0 || count > PAM_MAX_NUM_MSG)
		return PAM_CONV_ERR;
	responses = calloc((size_t) count, sizeof(*responses));
	for (int i = 0; responses && i < count; i++) {
		answer = answer_question(conversation, messages[i]->msg_style);
		if (!answer)
			continue;
		responses[i].resp = strdup(answer);
		if (!responses[i].resp) {
			free_responses(responses, count);
			return PAM_BUF_ERR;
		}
	}
	*ret_responses = responses;
	return responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void skip_delay(int status, unsigned int delay_us, void *data)
{
	(void) status;
	(void) delay_us;
	(void) data;
}

/* The login */

static enum checker_result result_of_pam(int status)
{
	switch (status) {
	case PAM_SUCCESS:
		return CHECKER_RESULT_OK;
	case PAM_AUTH_ERR:
	case PAM_USER_UNKNOWN:
	case PAM_MAXTRIES:
	case PAM_PERM_DENIED:
	case PAM_ACCT_EXPIRED:
	case PAM_NEW_AUTHTOK_REQD:
	case PAM_AUTHTOK_EXPIRED:
		return CHECKER_RESULT_NO;
	}
	return CHECKER_RESULT_ERROR;
}

static int set_pam_items(pam_handle_t *pam, const struct checker_request *request)
{
	int status = pam_set_item(pam, PAM_FAIL_DELAY, (const void *) skip_delay);

	if (status == PAM_SUCCESS && request->texts[CHECKER_TEXT_ADDRESS])
		status = pam_set_item(pam, PAM_RHOST, request->texts[CHECKER_TEXT_ADDRESS]);
	if (status == PAM_SUCCESS) /* some modules insist on a terminal */
		status = pam_set_item(pam, PAM_TTY, "papod");
	return status;
}

static int ask_pam(pam_handle_t *pam, const struct checker_request *request)
{
	int status = set_pam_items(pam, request);

	if (status == PAM_SUCCESS)
		status = pam_authenticate(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	if (status == PAM_SUCCESS)
		status = pam_acct_mgmt(pam, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	return status;
}

/* A module may have found that the user has another name. */
static void name_person(
	const struct pam_login *login, const pam_handle_t *pam, struct checker_answer *answer)
{
	const void *user = NULL;

	if (pam_get_item(pam, PAM_USER, &user) != PAM_SUCCESS || !user)
		set_answer(answer, CHECKER_RESULT_ERROR, "PAM does not name the user");
	else if ((answer->account = find_person(login, user, answer)))
		answer->result = CHECKER_RESULT_OK;
}

static void finish_pam(
	const struct pam_login *login, pam_handle_t *pam, int status, struct checker_answer *answer)
{
	if (status == PAM_SUCCESS)
		name_person(login, pam, answer);
	else
		set_answer(answer, result_of_pam(status), pam_strerror(pam, status));
	pam_end(pam, status);
}

static void run_pam(const struct pam_login *login, const char *user,
	const struct checker_request *request, struct checker_answer *answer)
{
	struct conversation conversation = { user, request->texts[CHECKER_TEXT_PASSWORD] };
	struct pam_conv calls = { converse, &conversation };
	pam_handle_t *pam = NULL;
	int status = pam_start_confdir(login->service, user, &calls, login->directory, &pam);

	if (status != PAM_SUCCESS)
		set_answer(answer, CHECKER_RESULT_ERROR, "PAM cannot be started");
	else
		finish_pam(login, pam, ask_pam(pam, request), answer);
}

static bool is_for_pam(const struct checker_request *request, struct checker_answer *answer)
{
	if (request->kind == CHECKER_KIND_PASSWORD && *request->texts[CHECKER_TEXT_PASSWORD])
		return true;
	if (request->kind == CHECKER_KIND_UNKNOWN)
		set_answer(answer, CHECKER_RESULT_ERROR, "papod asks for something new");
	else
		set_answer(answer, CHECKER_RESULT_NO,
			request->kind == CHECKER_KIND_TOKEN ? "PAM knows no tokens"
							    : "the password is empty");
	return false;
}

void pam_login_check(const struct pam_login *login, const struct checker_request *request,
	struct checker_answer *ret_answer)
{
	CLEANUP(mem_freep) char *user = NULL;

	*ret_answer = (struct checker_answer){ .id = request->id };
	if (is_for_pam(request, ret_answer))
		user = find_person(login, request->texts[CHECKER_TEXT_ACCOUNT], ret_answer);
	if (user)
		run_pam(login, user, request, ret_answer);
}
