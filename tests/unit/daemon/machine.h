/* A machine with a fake systemd, sockets and files, for papod --apply. */
#ifndef PAPOD_TESTS_MACHINE_H
#define PAPOD_TESTS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buffer.h"

#define MACHINE_RESTORED_DIRECTORY "/run/systemd/system/papod.socket.d"
#define MACHINE_RESTORED MACHINE_RESTORED_DIRECTORY "/00-listen.conf"
#define MACHINE_GATE_DIRECTORY "/run/systemd/system/papod-gate.socket.d"
#define MACHINE_PUSH_DROPIN "/run/systemd/generator/papod-push.service.d/00-listen.conf"
#define MACHINE_SERVICE_PID 17

/* Answers of systemd, commands to it, and ports in use. */
extern struct machine {
	const char *instance; /* whose --apply it is; NULL: the first papod */
	bool has_systemd;
	uid_t uid;
	const char *load_state;
	const char *listen;	 /* of papod.socket */
	const char *listen_next; /* after the daemon-reload; NULL: the same */
	const char *active;	 /* papod.socket */
	const char *service;	 /* the same of papod.service */
	const char *status;	 /* the text of papod.service */
	const char *failing;	 /* a command of systemctl; NULL: none */
	const char *dropin_path; /* NULL: there is no drop-in */
	char *restored;		 /* text of the drop-in that was written */
	size_t n_restored;
	bool is_restart_good;
	bool is_restore_good; /* the restart after it */
	int unlink_errno;
	int mkdir_errno;
	int fopen_errno;
	int unheld_port;     /* listed, but not open */
	int free_port;	     /* open, at another address */
	int service_port;    /* TCP, held by papod.service */
	int busy_port;	     /* in use */
	int busy_port_later; /* in use from the restart on */
	struct buffer asked;
	/* papod-gate.socket */
	const char *gate_load_state;
	const char *gate_listen;
	const char *gate_listen_next;
	const char *gate_active;
	const char *gate_enabled;
	bool is_gate_restart_good;
	const char *acme_load_state; /* papod-acme.timer. The same for the next. */
	const char *acme_active;
	bool has_resolver;	       /* something answers where names are asked for */
	const char *lookup_load_state; /* papod-lookup.socket */
	const char *push_active;       /* papod-push.service */
	const char *push_dropin; /* after the daemon-reload; before, there is none. NULL: none */
	char out[1024];		 /* on standard output and error, by the last machine_apply() */
	char errors[1024];
} machine;

/* A new machine, where papod.socket and papod.service run. */
void machine_begin(void);

/* The same for cmocka. */
int machine_set_up(void **state);
int machine_tear_down(void **state);

#define MACHINE_LISTEN(port) "listen = ( { address = \"127.0.0.1\"; port = " port "; } );\n"

/* Returns the exit status of papod --apply with this papod.conf. */
int machine_apply(const char *config);
/* Checks that status, and the commands to systemd, in order. */
void machine_assert_applied(const char *config, int status, const char *asked);
/* Checks what the last one has printed. */
void machine_assert_printed(const char *out, const char *errors);

#endif
