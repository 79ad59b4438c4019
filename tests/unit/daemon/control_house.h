/* papod's side of the control socket, in a state directory of its own and in virtual time. */
#pragma once

#include <sys/types.h>

#include "daemon/control.h"
#include "daemon/control_calls.h"

#define GET_INFO "{\"method\":\"org.varlink.service.GetInfo\"}"
#define BACK_UP "{\"method\":\"" CONTROL_BACKUP_METHOD "\"}"

#define BACK_UP_HISTORY "{\"method\":\"" CONTROL_BACKUP_HISTORY_METHOD "\"}"

#define CONTROL_HOUSE_START_MS 1000

struct control_house {
	struct loop *loop;
	struct control *control;
	struct log log;
	enum logbook logged;
	char reason[128];
	char directory[64];
	char *path;    /* of the socket */
	char copy[80]; /* of the backup that was asked for */
	size_t n_backups;
	storage_backup_fn on_backup_done;
	void *backup_data;
	const char *problem; /* NULL: backups begin */
	bool is_unrecorded;
};

/* What has come to a caller, and the descriptor with it; -1: none. */
struct control_received {
	char bytes[4096];
	ssize_t length;
	int fd;
};

/* For cmocka. */
int control_house_start(void **state);
int control_house_stop(void **state);

void control_house_open(struct control_house *house, struct descriptors *inherited);
void control_house_set_now(uint64_t now_ms);
uint64_t control_house_now_ms(void);
void control_house_end_backup(struct control_house *house, const char *reason);
void control_house_turn(const struct control_house *house);
void control_house_turns(const struct control_house *house, int count);

/* The caller's side: the socket is the test's to close. */
int control_house_enter(const struct control_house *house);
void control_house_call(int fd, const char *text);
struct control_received control_house_receive(int fd);
void control_house_assert_silent(int fd);
void control_house_assert_closed(int fd);
void control_house_assert_info(int fd);
