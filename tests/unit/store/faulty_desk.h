/* A desk whose calls and files fail when a test says so, and whose clock is fast. */
#pragma once

#include "desk.h"
#include "vault.h"

/* For a test of cmocka: the state is a desk that is not open. */
int faulty_desk_set_up(void **state);
int faulty_desk_tear_down(void **state);
void faulty_desk_stop_failing(void);
void faulty_desk_fail_reader(bool is_failing); /* each question */

/* The writer has found that all is in order, and that something was tidied. */
bool faulty_desk_is_tidy(void);
void faulty_desk_forget_tidiness(void);
void faulty_desk_wait_until_tidy(void);

/* Requests: removals of all kinds, and a message with the word "word<id>". */
void faulty_desk_change(
	struct desk *desk, enum history_request_kind kind, struct history_row row, uint64_t number);
void faulty_desk_say(struct desk *desk, int64_t target, uint64_t id, uint64_t author);

/* The file as it is, without faults. */
struct vault *faulty_desk_open_vault(const struct desk *desk);
void faulty_desk_close_vault(struct vault *vault);
void faulty_desk_check(struct vault *vault); /* is it intact? */
