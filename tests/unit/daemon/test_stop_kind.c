/* Answers of systemd about the job of papod's unit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <systemd/sd-bus.h>

#include "daemon/stop_kind.h"

#define UNIT "/org/freedesktop/systemd1/unit/papod_2eservice"
#define JOB "/org/freedesktop/systemd1/job/7"

enum step {
	STEP_OPEN,
	STEP_UNIT,
	STEP_JOB,
	STEP_TYPE,
	STEP_NONE
};

/* The fake manager on the bus. */
static enum step failing_step;
static const char *job_type;

/* For the linker's --wrap; arguments that the test does not need are in the dots. */
int __wrap_sd_bus_open_system(sd_bus **ret_bus);
int __wrap_sd_bus_set_method_call_timeout(sd_bus *bus, uint64_t usec);
sd_bus *__wrap_sd_bus_flush_close_unref(sd_bus *bus);
sd_bus_message *__wrap_sd_bus_message_unref(sd_bus_message *message);
int __wrap_sd_bus_call_method(
	sd_bus *bus, const char *destination, const char *path, const char *interface, ...);
int __wrap_sd_bus_get_property(
	sd_bus *bus, const char *destination, const char *path, const char *interface, ...);
int __wrap_sd_bus_get_property_string(
	sd_bus *bus, const char *destination, const char *path, const char *interface, ...);
int __wrap_sd_bus_message_read(sd_bus_message *message, const char *types, ...);

int __wrap_sd_bus_open_system(sd_bus **ret_bus)
{
	*ret_bus = NULL;
	return failing_step == STEP_OPEN ? -ENOENT : 0;
}

int __wrap_sd_bus_set_method_call_timeout(sd_bus *bus, uint64_t usec)
{
	(void) bus;
	assert_int_equal(usec, 2000000); /* clients wait meanwhile */
	return 0;
}

sd_bus *__wrap_sd_bus_flush_close_unref(sd_bus *bus)
{
	return bus;
}

sd_bus_message *__wrap_sd_bus_message_unref(sd_bus_message *message)
{
	return message;
}

int __wrap_sd_bus_call_method(
	sd_bus *bus, const char *destination, const char *path, const char *interface, ...)
{
	va_list others;

	(void) bus;
	assert_string_equal(destination, "org.freedesktop.systemd1");
	assert_string_equal(path, "/org/freedesktop/systemd1");
	assert_string_equal(interface, "org.freedesktop.systemd1.Manager");
	va_start(others, interface);
	assert_string_equal(va_arg(others, const char *), "GetUnitByPID");
	va_end(others);
	return failing_step == STEP_UNIT ? -EIO : 0;
}

int __wrap_sd_bus_get_property(
	sd_bus *bus, const char *destination, const char *path, const char *interface, ...)
{
	va_list others;

	(void) bus;
	assert_string_equal(destination, "org.freedesktop.systemd1");
	assert_string_equal(path, UNIT);
	assert_string_equal(interface, "org.freedesktop.systemd1.Unit");
	va_start(others, interface);
	assert_string_equal(va_arg(others, const char *), "Job");
	va_end(others);
	return failing_step == STEP_JOB ? -EIO : 0;
}

int __wrap_sd_bus_get_property_string(
	sd_bus *bus, const char *destination, const char *path, const char *interface, ...)
{
	va_list others;

	(void) bus;
	assert_string_equal(destination, "org.freedesktop.systemd1");
	assert_string_equal(path, JOB);
	assert_string_equal(interface, "org.freedesktop.systemd1.Job");
	if (failing_step == STEP_TYPE)
		return -EIO;
	va_start(others, interface);
	assert_string_equal(va_arg(others, const char *), "JobType");
	(void) va_arg(others, sd_bus_error *);
	*va_arg(others, char **) = strdup(job_type);
	va_end(others);
	return 0;
}

int __wrap_sd_bus_message_read(sd_bus_message *message, const char *types, ...)
{
	va_list values;

	(void) message;
	va_start(values, types);
	if (strcmp(types, "o") == 0) {
		*va_arg(values, const char **) = UNIT;
	} else {
		*va_arg(values, uint32_t *) = 7;
		*va_arg(values, const char **) = JOB;
	}
	va_end(values);
	return 1;
}

static void assert_kind(const char *type, enum stop_kind kind)
{
	job_type = type;
	assert_int_equal(stop_kind_ask(), kind);
}

static void a_job_says_whether_we_are_started_again(void **state)
{
	(void) state;
	failing_step = STEP_NONE;
	assert_kind("stop", STOP_KIND_STOP);
	assert_kind("restart", STOP_KIND_RESTART);
	assert_kind("restart-or-something", STOP_KIND_RESTART);
	assert_kind("try-restart", STOP_KIND_RESTART);
	assert_kind("start", STOP_KIND_UNKNOWN);
	assert_kind("", STOP_KIND_UNKNOWN);
}

static void without_an_answer_it_is_unknown(void **state)
{
	(void) state;
	for (failing_step = STEP_OPEN; failing_step < STEP_NONE; failing_step++)
		assert_kind("stop", STOP_KIND_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_says_whether_we_are_started_again),
		cmocka_unit_test(without_an_answer_it_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
