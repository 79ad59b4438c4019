/* Owns taking over descriptors that other processes opened. */
#include "daemon/inheritance.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/control.h"
#include "daemon/gate_link.h"
#include "daemon/gates.h"
#include "daemon/handover_list.h"

struct inheritance inheritance_new(struct descriptors *files)
{
	struct handover_list list = { 0 };
	bool is_successor = handover_list_take(&list);

	*files = list.files;
	return (struct inheritance){ is_successor, list.has_passed_sockets, files, list.listeners };
}

void inheritance_done(struct inheritance *inheritance)
{
	buffer_done(&inheritance->listeners);
}

static void take_passed(struct inheritance *inheritance, struct listeners *listeners,
	const struct log *log, int fd, const char *name)
{
	int error;

	if (descriptors_is_ours(name)) {
		descriptors_add(inheritance->files, fd, name);
		return;
	}
	if (strcmp(name, GATE_LINK_SOCKET) == 0) {
		descriptors_add(inheritance->files, fd, GATES_SOCKET_NAME);
		return;
	}
	if (strcmp(name, CONTROL_SOCKET) == 0) {
		descriptors_add(inheritance->files, fd, CONTROL_SOCKET_NAME);
		return;
	}
	inheritance->has_passed_sockets = true;
	error = listeners_take(listeners, fd, name);
	if (error)
		log_entry(log, LOGBOOK_LISTEN_FAILED, "LISTENER", name, "REASON", strerror(-error),
			"ORIGIN", "systemd");
}

/* sd_listen_fds(3). */
static int take_all_passed(
	struct inheritance *inheritance, struct listeners *listeners, const struct log *log)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names);

	for (int i = 0; i < count; i++) {
		take_passed(inheritance, listeners, log, SD_LISTEN_FDS_START + i, names[i]);
		free(names[i]);
	}
	free(names);
	return count < 0 ? count : 0;
}

static void take_handed(
	const struct buffer *list, struct listeners *listeners, const struct log *log)
{
	int error = listeners_load(listeners, pack_over(list->bytes, list->length));

	if (error)
		log_entry(
			log, LOGBOOK_LISTEN_FAILED, "REASON", strerror(-error), "ORIGIN", "papod");
}

int inheritance_give_listeners(
	struct inheritance *inheritance, struct listeners *listeners, const struct log *log)
{
	int error = take_all_passed(inheritance, listeners, log);

	if (!error)
		take_handed(&inheritance->listeners, listeners, log);
	return error;
}
