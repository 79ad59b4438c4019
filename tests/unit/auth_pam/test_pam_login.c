/* What PAM is asked, and what its answers mean. PAM and the users of the machine are fakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth_pam/pam_login.h"
#include "base/cleanup.h"

static struct {
	struct pam_conv conversation;
	int start; /* what it returns, as the next */
	int authenticate;
	int account;
	const char *user; /* PAM_USER in the end */
	char said[100];	  /* the answers to its questions */
	char items[100];
	int flags;
	void (*delay)(int status, unsigned int delay_us, void *data);
	int lookup_error;
	size_t needed_bytes; /* by getpwnam_r() */
	int n_asked, n_started, n_ended;
} pam;

static pam_handle_t *const handle = (pam_handle_t *) &pam;

int __wrap_pam_start_confdir(const char *service, const char *user,
	const struct pam_conv *conversation, const char *directory, pam_handle_t **ret_handle);
int __wrap_pam_set_item(pam_handle_t *given, int item, const void *value);
int __wrap_pam_get_item(const pam_handle_t *given, int item, const void **ret_value);
int __wrap_pam_authenticate(pam_handle_t *given, int flags);
int __wrap_pam_acct_mgmt(pam_handle_t *given, int flags);
const char *__wrap_pam_strerror(pam_handle_t *given, int status);
int __wrap_pam_end(pam_handle_t *given, int status);
int __wrap_getpwnam_r(
	const char *name, struct passwd *user, char *bytes, size_t size, struct passwd **ret_found);

int __wrap_pam_start_confdir(const char *service, const char *user,
	const struct pam_conv *conversation, const char *directory, pam_handle_t **ret_handle)
{
	assert_string_equal(service, "papod");
	assert_null(directory);
	pam.n_started++;
	pam.conversation = *conversation;
	if (!pam.user)
		pam.user = user;
	*ret_handle = handle;
	return pam.start;
}

int __wrap_pam_set_item(pam_handle_t *given, int item, const void *value)
{
	assert_ptr_equal(given, handle);
	if (item == PAM_FAIL_DELAY)
		memcpy(&pam.delay, &value, sizeof(value));
	else
		snprintf(pam.items + strlen(pam.items), sizeof(pam.items) - strlen(pam.items),
			"%s=%s ", item == PAM_RHOST ? "host" : "tty", (const char *) value);
	return PAM_SUCCESS;
}

int __wrap_pam_get_item(const pam_handle_t *given, int item, const void **ret_value)
{
	assert_ptr_equal(given, handle);
	assert_int_equal(item, PAM_USER);
	*ret_value = pam.user;
	return PAM_SUCCESS;
}

static void ask_questions(void)
{
	static const struct pam_message messages[] = {
		{ PAM_TEXT_INFO, "Welcome" },
		{ PAM_PROMPT_ECHO_OFF, "Password: " },
		{ PAM_PROMPT_ECHO_ON, "Login: " },
		{ PAM_ERROR_MSG, "Hm" },
	};
	const struct pam_message *list[ARRAY_LENGTH(messages)];
	struct pam_response *responses = NULL;

	for (size_t i = 0; i < ARRAY_LENGTH(messages); i++)
		list[i] = &messages[i];
	assert_int_equal(pam.conversation.conv(ARRAY_LENGTH(messages), list, &responses,
				 pam.conversation.appdata_ptr),
		PAM_SUCCESS);
	snprintf(pam.said, sizeof(pam.said), "%s|%s|%s|%s", responses[0].resp ? "?" : "",
		responses[1].resp, responses[2].resp, responses[3].resp ? "?" : "");
	free(responses[1].resp);
	free(responses[2].resp);
	free(responses);
}

int __wrap_pam_authenticate(pam_handle_t *given, int flags)
{
	assert_ptr_equal(given, handle);
	pam.n_asked++;
	pam.flags = flags;
	ask_questions();
	return pam.authenticate;
}

int __wrap_pam_acct_mgmt(pam_handle_t *given, int flags)
{
	assert_ptr_equal(given, handle);
	assert_int_equal(flags, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
	assert_int_equal(pam.authenticate, PAM_SUCCESS);
	return pam.account;
}

const char *__wrap_pam_strerror(pam_handle_t *given, int status)
{
	static char text[30];

	assert_ptr_equal(given, handle);
	snprintf(text, sizeof(text), "status %d", status);
	return text;
}

int __wrap_pam_end(pam_handle_t *given, int status)
{
	assert_ptr_equal(given, handle);
	(void) status;
	pam.n_ended++;
	return PAM_SUCCESS;
}

int __wrap_getpwnam_r(
	const char *name, struct passwd *user, char *bytes, size_t size, struct passwd **ret_found)
{
	static const struct {
		const char *name;
		uid_t uid;
	} users[] = { { "root", 0 }, { "mail", 8 }, { "last", 999 }, { "ana", 1000 },
		{ "ANA", 1000 } };

	*ret_found = NULL;
	if (size < pam.needed_bytes)
		return ERANGE;
	for (size_t i = 0; i < ARRAY_LENGTH(users); i++) {
		if (strcmp(users[i].name, name) != 0)
			continue;
		snprintf(bytes, size, "%s", strcmp(name, "ANA") == 0 ? "ana" : name);
		user->pw_name = bytes;
		user->pw_uid = users[i].uid;
		*ret_found = user;
		return 0;
	}
	return pam.lookup_error;
}

static int set_up(void **state)
{
	(void) state;
	memset(&pam, 0, sizeof(pam));
	return 0;
}

/* "RESULT ACCOUNT TEXT" */
static void assert_answer(
	enum checker_kind kind, const char *user, const char *password, const char *expected)
{
	static const char *const names[] = { "ok", "no", "busy", "error" };
	const struct pam_login login = { .service = "papod", .least_uid = 1000 };
	struct checker_request request = { .id = 3, .kind = kind };
	CLEANUP(checker_answer_done) struct checker_answer answer = { 0 };
	char account[20], secret[20], address[] = "192.0.2.1", text[200];

	snprintf(account, sizeof(account), "%s", user);
	snprintf(secret, sizeof(secret), "%s", password);
	request.texts[CHECKER_TEXT_ACCOUNT] = account;
	request.texts[CHECKER_TEXT_PASSWORD] = secret;
	request.texts[CHECKER_TEXT_ADDRESS] = address;
	pam_login_check(&login, &request, &answer);
	assert_int_equal(answer.id, 3);
	snprintf(text, sizeof(text), "%s %s %s", names[answer.result],
		answer.account ? answer.account : "-", answer.text ? answer.text : "-");
	assert_string_equal(text, expected);
	assert_int_equal(pam.n_ended, pam.start == PAM_SUCCESS ? pam.n_started : 0);
}

static void assert_login(const char *user, const char *expected)
{
	assert_answer(CHECKER_KIND_PASSWORD, user, "secret", expected);
}

static void pam_gets_what_it_asks_for(void **state)
{
	(void) state;
	assert_login("ana", "ok ana -");
	assert_string_equal(pam.said, "|secret|ana|");
	assert_string_equal(pam.items, "host=192.0.2.1 tty=papod ");
	assert_int_equal(pam.flags, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
}

static void pam_does_not_sleep(void **state)
{
	(void) state;
	pam.authenticate = PAM_AUTH_ERR;
	assert_login("ana", "no - status 7");
	assert_non_null(pam.delay);
	pam.delay(PAM_AUTH_ERR, 60000000, NULL); /* or the test would take a minute */
}

static void only_people_are_asked_about(void **state)
{
	(void) state;
	assert_login("root", "no - the user belongs to the system");
	assert_login("mail", "no - the user belongs to the system");
	assert_login("last", "no - the user belongs to the system");
	assert_login("eve", "no - there is no such user");
	assert_answer(CHECKER_KIND_PASSWORD, "ana", "", "no - the password is empty");
	assert_answer(CHECKER_KIND_TOKEN, "ana", "", "no - PAM knows no tokens");
	assert_answer(CHECKER_KIND_UNKNOWN, "ana", "", "error - papod asks for something new");
	assert_int_equal(pam.n_started, 0);
}

static void a_user_may_have_another_name(void **state)
{
	(void) state;
	assert_login("ANA", "ok ana -");
	assert_string_equal(pam.said, "|secret|ana|");
}

static void a_module_makes_no_one_root(void **state)
{
	(void) state;
	pam.user = "root";
	assert_login("ana", "no - the user belongs to the system");
	pam.user = "eve";
	assert_login("ana", "no - there is no such user");
}

static void statuses_are_results(void **state)
{
	static const struct {
		int status;
		const char *expected;
	} rows[] = {
		{ PAM_AUTH_ERR, "no - status 7" },
		{ PAM_USER_UNKNOWN, "no - status 10" },
		{ PAM_MAXTRIES, "no - status 11" },
		{ PAM_PERM_DENIED, "no - status 6" },
		{ PAM_ACCT_EXPIRED, "no - status 13" },
		{ PAM_NEW_AUTHTOK_REQD, "no - status 12" },
		{ PAM_AUTHTOK_EXPIRED, "no - status 27" },
		{ PAM_AUTHINFO_UNAVAIL, "error - status 9" },
		{ PAM_SYSTEM_ERR, "error - status 4" },
		{ PAM_CONV_ERR, "error - status 19" },
		{ PAM_IGNORE, "error - status 25" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		pam.authenticate = rows[i].status;
		pam.account = PAM_SUCCESS;
		assert_login("ana", rows[i].expected);
		pam.authenticate = PAM_SUCCESS;
		pam.account = rows[i].status;
		assert_login("ana", rows[i].expected);
	}
}

static void pam_may_fail_to_start(void **state)
{
	(void) state;
	pam.start = PAM_ABORT;
	assert_login("ana", "error - PAM cannot be started");
	assert_int_equal(pam.n_asked, 0);
}

static void users_may_be_out_of_reach(void **state)
{
	(void) state;
	pam.lookup_error = EIO;
	assert_login("eve", "error - Input/output error");
	pam.lookup_error = ENOENT;
	assert_login("eve", "no - there is no such user");
	pam.needed_bytes = 100000;
	assert_login("ana", "ok ana -");
	pam.needed_bytes = 2 << 20;
	assert_login("ana", "error - Numerical result out of range");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pam_gets_what_it_asks_for),
		TEST(pam_does_not_sleep),
		TEST(only_people_are_asked_about),
		TEST(a_user_may_have_another_name),
		TEST(a_module_makes_no_one_root),
		TEST(statuses_are_results),
		TEST(pam_may_fail_to_start),
		TEST(users_may_be_out_of_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
