/* Owns which entries of the list "listen" become addresses of papod.socket, and the text of the
 * drop-in. */
#include "config/socket_unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/instance.h"
#include "config/settings_origins.h"
#include "config/text_checks.h"

static const char head[] =
	"# Made by papod-generator from the list \"listen\" in papod.conf. Change that and run\n"
	"# papod --apply; or add a drop-in of your own, with a name that sorts behind this one.\n"
	"[Socket]\n";

/* The name of a socket in /run/papod, or in the directory of an instance there; NULL: it is
 * elsewhere. */
static const char *name_in_run(const char *path)
{
	const char *name = path + strlen(SOCKET_UNIT_RUN), *slash;

	if (!text_starts_with(path, SOCKET_UNIT_RUN))
		return NULL;
	slash = strchr(name, '/');
	if (!slash)
		return name;
	if (!instance_name_is_valid(name, (size_t) (slash - name)) || strchr(slash + 1, '/'))
		return NULL;
	return slash + 1;
}

void socket_unit_done(struct socket_unit *unit)
{
	unit_addresses_done(&unit->tcp);
	unit_addresses_done(&unit->udp);
	for (size_t i = 0; i < unit->n_paths; i++)
		free(unit->paths[i]);
	free(unit->paths);
	*unit = (struct socket_unit){ 0 };
}

/* Where it is told what is wrong with a listener. */
struct unit_complaint {
	const struct settings *settings;
	size_t index; /* of the listener */
	struct problems *problems;
};

static void complain_of_listener(const struct unit_complaint *complaint, bool is_warning,
	const char *option, const char *text)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_LISTEN);
	size_t row = (size_t) (option_find(table, option) - table->options);
	struct origin origin = settings_origins_of(
		complaint->settings->origins, OPTION_TABLE_LISTEN, complaint->index)[row];
	CLEANUP(buffer_done) struct buffer path = { 0 };

	buffer_format(&path, "listen.%s", option);
	problems_add(complaint->problems, is_warning, origin_file(complaint->settings, origin),
		origin.line, path.bytes, "%s", text);
}

static bool is_set_by_file(const struct unit_complaint *complaint, const char *option)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_LISTEN);
	size_t row = (size_t) (option_find(table, option) - table->options);

	return settings_origins_of(
		complaint->settings->origins, OPTION_TABLE_LISTEN, complaint->index)[row]
		.source;
}

/* Unix sockets have owners and permissions of their own and are papod's to open, where it may. */
bool socket_unit_is_for(const struct listener_settings *listener)
{
	if (!listener->path)
		return listener->port;
	return listener_is_datagram(listener) && name_in_run(listener->path);
}

static void add_unit_path(const struct unit_complaint *complaint,
	const struct listener_settings *listener, struct socket_unit *unit)
{
	const char *name = name_in_run(listener->path);

	if (strcmp(name, SOCKET_UNIT_LOCAL) == 0) {
		complain_of_listener(complaint, false, "path",
			"papod.socket has a socket for clients there; choose another path, such "
			"as " SOCKET_UNIT_RUN "notify.sock");
		return;
	}
	if (check_item_name(name) || strspn(name, ".") == strlen(name)) {
		complain_of_listener(complaint, false, "path",
			"papod.socket takes only names of letters, digits, dots, hyphens and "
			"underscores in " SOCKET_UNIT_RUN
			"; choose another path, such as " SOCKET_UNIT_RUN "notify.sock");
		return;
	}
	if (is_set_by_file(complaint, "mode") || is_set_by_file(complaint, "group"))
		complain_of_listener(complaint, true, "path",
			"papod.socket creates this socket, and not with this mode and group: every "
			"user may write to it; choose a path in /var/lib/papod to restrict it");
	unit->paths = mem_resize(unit->paths, unit->n_paths + 1, sizeof(*unit->paths));
	unit->paths[unit->n_paths++] = mem_text(listener->path);
}

static void add_listener_addresses(const struct unit_complaint *complaint, struct socket_unit *unit)
{
	const struct listener_settings *listener =
		&complaint->settings->listeners[complaint->index];
	struct unit_addresses *addresses = listener_is_datagram(listener) ? &unit->udp : &unit->tcp;

	if (!listener_is_datagram(listener) && unit->is_default)
		return;
	if (listener->path) {
		if (socket_unit_is_for(listener))
			add_unit_path(complaint, listener, unit);
		return;
	}
	if (!listener->port)
		complain_of_listener(complaint, false, "port",
			"systemd cannot listen on port 0; choose a port from 1 to 65535");
	else if (!listener_is_for_gate(listener))
		unit_addresses_add(addresses, listener->address, listener->port);
}

void socket_unit_of_settings(
	const struct settings *settings, struct problems *problems, struct socket_unit *ret_unit)
{
	*ret_unit = (struct socket_unit){ .is_default = settings->listens_by_default };
	for (size_t i = 0; i < settings->n_listeners; i++)
		add_listener_addresses(&(struct unit_complaint){ settings, i, problems }, ret_unit);
}

/* An empty value of any kind removes what the unit lists of every kind, systemd.socket(5). */
void socket_unit_format(const struct socket_unit *unit, struct buffer *out)
{
	if (unit->is_default && !unit->udp.count && !unit->n_paths)
		return;
	buffer_put_text(out, head);
	if (!unit->is_default) {
		buffer_put_text(out, "ListenStream=\n");
		unit_addresses_format(&unit->tcp, "ListenStream", out);
		buffer_format(out, "ListenStream=" SOCKET_UNIT_RUN "%s%s" SOCKET_UNIT_LOCAL "\n",
			unit->instance ? unit->instance : "", unit->instance ? "/" : "");
	}
	unit_addresses_format(&unit->udp, "ListenDatagram", out);
	for (size_t i = 0; i < unit->n_paths; i++)
		buffer_format(out, "ListenDatagram=%s\n", unit->paths[i]);
}
