/* Owns the question to systemd: org.freedesktop.systemd1(5), the job of papod's own unit. */
#include "daemon/stop_kind.h"

#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"

#define MANAGER "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define MANAGER_INTERFACE MANAGER ".Manager"
#define WAIT_US 2000000

static void free_textp(char **text)
{
	free(*text);
}

static void close_busp(sd_bus **bus)
{
	sd_bus_flush_close_unref(*bus);
}

static void free_messagep(sd_bus_message **message)
{
	sd_bus_message_unref(*message);
}

/* The paths point into the message. */
static int find_unit(sd_bus *bus, sd_bus_message **ret_message, const char **ret_path)
{
	int error = sd_bus_call_method(bus, MANAGER, MANAGER_PATH, MANAGER_INTERFACE,
		"GetUnitByPID", NULL, ret_message, "u", (uint32_t) getpid());

	return error < 0 ? error : sd_bus_message_read(*ret_message, "o", ret_path);
}

static int find_job(
	sd_bus *bus, const char *unit, sd_bus_message **ret_message, const char **ret_path)
{
	uint32_t number;
	int error = sd_bus_get_property(
		bus, MANAGER, unit, MANAGER ".Unit", "Job", NULL, ret_message, "(uo)");

	return error < 0 ? error : sd_bus_message_read(*ret_message, "(uo)", &number, ret_path);
}

static enum stop_kind kind_of(const char *job)
{
	if (strcmp(job, "stop") == 0)
		return STOP_KIND_STOP;
	if (text_starts_with(job, "restart") || strcmp(job, "try-restart") == 0)
		return STOP_KIND_RESTART;
	return STOP_KIND_UNKNOWN;
}

enum stop_kind stop_kind_ask(void)
{
	CLEANUP(close_busp) sd_bus *bus = NULL;
	CLEANUP(free_messagep) sd_bus_message *unit_message = NULL;
	CLEANUP(free_messagep) sd_bus_message *job_message = NULL;
	CLEANUP(free_textp) char *type = NULL;
	const char *unit, *job;

	if (sd_bus_open_system(&bus) < 0)
		return STOP_KIND_UNKNOWN;
	sd_bus_set_method_call_timeout(bus, WAIT_US);
	if (find_unit(bus, &unit_message, &unit) < 0 ||
		find_job(bus, unit, &job_message, &job) < 0 ||
		sd_bus_get_property_string(
			bus, MANAGER, job, MANAGER ".Job", "JobType", NULL, &type) < 0)
		return STOP_KIND_UNKNOWN;
	return kind_of(type);
}
